import { once } from 'node:events';
import { connect } from 'node:net';
import type { Job } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANALYZER_MODEL } from './testing/analysis-models.js';
import { badAnalyses } from './testing/bad-requests/bad-analyses.js';
import { badBodies } from './testing/bad-requests/bad-bodies.js';
import { badFields } from './testing/bad-requests/bad-fields.js';
import { badGenerations } from './testing/bad-requests/bad-generations.js';
import { badImageFields } from './testing/bad-requests/bad-image-fields.js';
import { badPaths } from './testing/bad-requests/bad-paths.js';
import { badPictures } from './testing/bad-requests/bad-pictures.js';
import { badPrompts } from './testing/bad-requests/bad-prompts.js';
import type { BadRequest, Material } from './testing/bad-requests/bad-request.js';
import { expectProblem } from './testing/expect-problem.js';
import { GeneratorModels } from './testing/generator-model.js';
import { PromptableModels } from './testing/promptable-model.js';
import { RegisteredModels } from './testing/registered-models.js';
import { sendRequest } from './testing/send-request.js';
import { QUICK_MODEL, type RunningService, startService } from './testing/start-service.js';
import { formSubmission, rawSubmission, withHeaders } from './testing/submission.js';
import { testPhoto } from './testing/test-photo.js';

const MAX_UPLOAD_BYTES = 1_000_000;

const TABLES: Readonly<Record<string, (material: Material) => BadRequest[]>> = {
  picture: badPictures,
  'image field': badImageFields,
  field: badFields,
  prompt: badPrompts,
  generation: badGenerations,
  analysis: badAnalyses,
  body: badBodies,
  'path, query or head': badPaths,
};

let service: RunningService;
let material: Material;

beforeAll(async () => {
  const variables = { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) };
  const [started, photo, jpeg] = await Promise.all([
    startService({ variables, ownProcess: true }),
    testPhoto('png'),
    testPhoto('jpeg'),
  ]);
  service = started;
  (await PromptableModels.open(service)).close();
  (await GeneratorModels.open(service)).close();
  (await RegisteredModels.open(service, [ANALYZER_MODEL])).close();
  const { id } = await runGoodJob(photo);
  material = { photo, jpeg, jobId: id, maxUploadBytes: MAX_UPLOAD_BYTES };
});
afterAll(() => service.stop());

async function runGoodJob(photo: Buffer): Promise<Job> {
  const init = formSubmission(photo, { model: QUICK_MODEL, outputs: 'logits' });
  const job = (await (await service.fetch('/v1/segmentation?wait=30', init)).json()) as Job;
  expect(job).toMatchObject({ status: 'succeeded' });
  return job;
}

async function countJobs(): Promise<number> {
  const { jobs } = (await (await service.fetch('/v1/jobs?limit=200')).json()) as { jobs: object[] };
  return jobs.length;
}

/** Begins a submission and closes the connection once it has arrived. */
async function hangUpAfter(start: string): Promise<void> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) =>
    socket.write(`POST /v1/segmentation HTTP/1.1\r\nhost: x\r\n${start}`, resolve),
  );
  // What is asked over another connection afterwards is answered after this has arrived.
  await service.fetch('/health/live');
  socket.resetAndDestroy();
  await once(socket, 'close');
}

/** Sends the request. @returns what is wrong with its answer */
async function faultsOf({ name, send, code, says }: BadRequest): Promise<string[]> {
  try {
    const answer = await sendRequest(service.url, send);
    const { detail, errors } = await expectProblem(answer, code);
    expect(detail).toMatch(says);
    expect(detail.length).toBeLessThan(700);
    if (code === 'invalid_field') expect(errors?.length).toBeGreaterThan(0);
    if (code === 'method_not_allowed') expect(answer.headers.get('allow')).toMatch(/^[A-Z, ]+$/);
    expect([service.apiProcess!.isAlive, service.worker!.isAlive]).toEqual([true, true]);
    return [];
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

describe('a bad request', () => {
  it.each(Object.keys(TABLES))('is refused with what is wrong and what to do: %s', async (table) => {
    const before = await countJobs();
    const faults: string[] = [];
    for (const request of TABLES[table]!(material)) faults.push(...(await faultsOf(request)));
    expect(faults).toEqual([]);
    expect(await countJobs()).toBe(before);
  });

  it('comes in at least sixty kinds', () => {
    const names = Object.values(TABLES).flatMap((table) => table(material).map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it('that breaks off because its client hangs up harms nobody', async () => {
    const { photo } = material;
    const half = photo.subarray(0, photo.length / 2).toString('base64');
    const types = {
      'image/png': 'half',
      'application/json': `{"image":"${half}`,
      'multipart/form-data; boundary=b': '--b\r\n',
    };
    for (const [type, start] of Object.entries(types)) {
      await hangUpAfter(`content-type: ${type}\r\ncontent-length: 100000\r\n\r\n${start}`);
    }
    await hangUpAfter('content-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n');
    await hangUpAfter('content-type: ima');
    await runGoodJob(photo);
  });

  it('of all kinds leaves the service as good as it was', async () => {
    await runGoodJob(material.photo);
    expect((await service.fetch('/health/ready')).status).toBe(200);
    const logged = service.apiProcess!.output.split('\n');
    expect(logged.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });
});

describe('a picture whose head is good but not its body', () => {
  it.each([
    ['PNG', () => material.photo.subarray(0, -40)],
    ['JPEG', () => material.jpeg.subarray(0, -200)],
  ])('is taken, and its job fails with what is wrong: %s', async (_format, spoil) => {
    const answer = await service.fetch('/v1/segmentation?wait=30', rawSubmission(spoil()));
    expect(answer.status).toBe(200);
    const job = (await answer.json()) as Job;
    expect(job).toMatchObject({ status: 'failed', error: { code: 'unsupported_image', retryable: false } });
    expect(job.error!.detail).toMatch(/cut off.*again/);
    const asPicture = withHeaders(rawSubmission(spoil()), { accept: 'image/*' });
    await expectProblem(await service.fetch('/v1/segmentation', asPicture), 'unsupported_image');
  });
});
