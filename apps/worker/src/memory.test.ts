import type { DarkroomProcess } from '@darkroom/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inferencePids, TestService, testPicture } from './testing/test-service.js';

/** Enough for one inference process, which takes some 100 MB by itself, and too little for two. */
const BUDGET = '180MB';

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  for (const id of ['first', 'second']) await service.addQuickModel(id);
  worker = await service.startWorker({ DARKROOM_MEMORY_BUDGET: BUDGET });
}, 60_000);
afterAll(() => service?.stop());

it('ten jobs each of two models that do not fit together cause a few loads, and never both at once', async () => {
  const jobs = [];
  for (let i = 0; i < 10; i++) {
    for (const model of ['first', 'second']) {
      jobs.push(await service.client.submitSegmentation({ image: await testPicture(i), model }));
    }
  }
  let mostAtOnce = 0;
  const watch = setInterval(() => {
    const loaded = ['first', 'second'].filter((model) => inferencePids(worker, model).length > 0);
    mostAtOnce = Math.max(mostAtOnce, loaded.length);
  }, 20);
  const ended = await Promise.all(jobs.map((job) => service.client.waitForEnd(job)));
  clearInterval(watch);
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'succeeded'));
  expect(mostAtOnce).toBe(1);
  const loads = worker.output.split('\n').filter((line) => line.includes('"model ready"'));
  expect(loads.length).toBeGreaterThanOrEqual(2);
  expect(loads.length).toBeLessThanOrEqual(4);
}, 90_000);
