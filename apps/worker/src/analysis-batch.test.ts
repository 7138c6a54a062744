import type { Batch } from '@darkroom/contracts';
import {
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeClipModel,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { redBoxPicture } from './testing/red-box.js';
import { TestService } from './testing/test-service.js';

// A whole service is started here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CONCEPTS = ['a red square', 'a blue square'];

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
  const graphs = { exported: 'meta' } as const;
  await writeTestModel(service.modelsFolder, {
    id: 'sam',
    graph: { encoder: samEncoderGraph(graphs), decoder: samDecoderGraph(graphs) },
    manifest: samManifest(graphs),
  });
  await writeClipModel(service.modelsFolder, { id: 'clip', manifest: { defaults: { template: '{}' } } });
  // Each has one of the models, and both take the parents from part to part.
  await Promise.all(['sam', 'clip'].map((id) => service.startWorker({ DARKROOM_MODELS: id })));
});
afterAll(() => service?.stop());

const get = (path: string) => fetch(new URL(path, service.url));

async function submitted(pictures: readonly (readonly [string, Buffer])[]): Promise<Batch> {
  const body = new FormData();
  for (const [name, bytes] of pictures) body.append('image', new Blob([bytes]), name);
  body.append('task', 'analysis');
  for (const concept of CONCEPTS) body.append('concepts', concept);
  body.append('regions', JSON.stringify([{ points: [{ x: 40, y: 30 }] }]));
  const answer = await fetch(new URL('/v1/batches', service.url), { method: 'POST', body });
  expect(answer.status, await answer.clone().text()).toBe(202);
  return (await answer.json()) as Batch;
}

/** The batch when its last job has ended. */
async function ended({ id }: Batch): Promise<Batch> {
  const events = await (await get(`/v1/batches/${id}/events`)).text();
  const [, last] = /event: done\ndata: (.*)/.exec(events) ?? [];
  return JSON.parse(last!) as Batch;
}

describe('a batch of analyses by several models', () => {
  it('has a parent for each picture, its counts and its table, and none of their children', async () => {
    const red = await redBoxPicture();
    const names = ['a.png', 'b.png', 'c.png'];
    const batch = await submitted([
      ...names.map((name) => [name, red] as const),
      ['bad.png', Buffer.from('?')],
      ['small.png', await redBoxPicture({ width: 32, height: 24 })],
    ]);
    expect(batch.rejected.map(({ file_name, error }) => [file_name, error.code])).toEqual([
      ['bad.png', 'unsupported_image'],
      ['small.png', 'invalid_field'],
    ]);
    const done = await ended(batch);
    expect(done).toMatchObject({ total: 5, counts: { succeeded: 3, queued: 0, running: 0 } });
    for (const { id } of done.jobs) {
      const { children } = await service.client.job(id);
      expect(children).toHaveLength(3);
      const listed = (await (await get(`/v1/jobs?parent_id=${id}`)).json()) as { jobs: { id: string }[] };
      expect(listed.jobs.map((child) => child.id).sort()).toEqual([...children].sort());
    }
    const page = (await (await get(`/v1/jobs?batch_id=${batch.id}`)).json()) as { jobs: { id: string }[] };
    expect(page.jobs).toHaveLength(3);
    const csv = await (await get(`/v1/batches/${batch.id}/result?format=csv`)).text();
    const rows = csv.trimEnd().split('\n').slice(1);
    // The whole and its one region, compared with each concept.
    expect(rows).toHaveLength(names.length * 2 * CONCEPTS.length);
    expect(rows[2]).toMatch(/^a\.png,job_\w+,0,\d+,\d+,\d+,\d+,\d+,a red square,(1|0\.9\d*),0\.9\d*$/);
  });

  it('is gone with all children when it is deleted', async () => {
    const batch = await ended(await submitted([['a.png', await redBoxPicture()]]));
    const { children } = await service.client.job(batch.jobs[0]!.id);
    expect((await fetch(batch.urls.self, { method: 'DELETE' })).status).toBe(204);
    for (const id of [batch.jobs[0]!.id, ...children]) expect((await get(`/v1/jobs/${id}`)).status).toBe(404);
  });
});
