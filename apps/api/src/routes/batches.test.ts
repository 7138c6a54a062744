import { type Batch, BatchSchema, type InputImage, type Job } from '@darkroom/contracts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOUNDARY, formBytes } from '../testing/bad-requests/bad-request.js';
import { readAllEvents } from '../testing/event-reader.js';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

const PICTURES = 100;
const BAD_PICTURES = [7, 40, 99];

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  [service, photo] = await Promise.all([
    startService({ models: [QUICK_MODEL, AWAY_MODEL], variables: { MAX_QUEUE_DEPTH: '150' } }),
    testPhoto(),
  ]);
});
afterAll(() => service.stop());

function form(
  pictures: readonly { readonly name: string; readonly bytes: Buffer }[],
  fields: Readonly<Record<string, string>>,
): RequestInit {
  const body = new FormData();
  for (const { name, bytes } of pictures) body.append('image', new Blob([bytes]), name);
  // Behind the pictures, as a form may have them.
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: 'POST', body };
}

const submit = (init: RequestInit) => service.fetch('/v1/batches', init);

async function submitted(init: RequestInit): Promise<Batch> {
  const answer = await submit(init);
  expect(answer.status).toBe(202);
  const batch = await expectSchema(answer, BatchSchema);
  expect(answer.headers.get('location')).toBe(batch.urls.self);
  return batch;
}

/** The batch as it is when its last job has ended. */
async function ended(batch: Batch): Promise<Batch> {
  const events = await readAllEvents(await fetch(batch.urls.events));
  expect(events.at(-1)?.event).toBe('done');
  return events.at(-1)!.data as Batch;
}

describe('a batch', () => {
  it('of a hundred pictures with three bad ones gives 97 results and three reasons', async () => {
    const pictures = Array.from({ length: PICTURES }, (_, i) => {
      const isBad = BAD_PICTURES.includes(i);
      return { name: `${i}.png`, bytes: isBad ? Buffer.from(`no picture ${i}`) : photo };
    });
    const fields = { task: 'segmentation', model: QUICK_MODEL, metadata: '{"of":"batch"}' };
    const batch = await submitted(form(pictures, fields));
    expect(batch).toMatchObject({ task: 'segmentation', total: PICTURES });
    expect(batch.jobs).toHaveLength(PICTURES - BAD_PICTURES.length);
    expect(batch.rejected.map(({ index, file_name, error }) => [index, file_name, error.code])).toEqual(
      BAD_PICTURES.map((i) => [i, `${i}.png`, 'unsupported_image']),
    );
    const done = await ended(batch);
    expect(done.counts).toEqual({
      queued: 0,
      running: 0,
      succeeded: 97,
      failed: 0,
      canceled: 0,
      expired: 0,
    });
    expect(done.finished_at).not.toBeNull();

    const text = await (await fetch(batch.urls.result)).text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ index }) => index)).toEqual(pictures.map((_, i) => i));
    expect(lines.filter(({ status }) => status === 'succeeded')).toHaveLength(97);
    expect(lines[7]).toMatchObject({ id: null, status: 'rejected', error: { code: 'unsupported_image' } });
    const job = await service.job(batch.jobs[0]!.id);
    expect(job).toMatchObject({ batch_id: batch.id, metadata: { of: 'batch' } });
    expect(lines[0].result).toEqual(job.result);

    const csv = await (await fetch(`${batch.urls.result}?format=csv`)).text();
    expect(csv.split('\n')[0]).toContain('file_name');
    expect(csv).toContain('\n0.png,');
    await expectProblem(await fetch(`${batch.urls.result}?format=coco`), 'option_not_supported');

    const page = (await (await fetch(`${batch.urls.jobs}&limit=200`)).json()) as { jobs: Job[] };
    expect(page.jobs.map(({ id }) => id).sort()).toEqual(batch.jobs.map(({ id }) => id).sort());
  }, 60_000);

  it('takes pictures in JSON, by reference too', async () => {
    const first = await submitted(form([{ name: 'a.png', bytes: photo }], { task: 'segmentation' }));
    const images = [
      { base64: photo.toString('base64') },
      { job: first.jobs[0]!.id },
      { job: 'job_01JD8Z3V9Q0000000000000000' },
      { base64: '###' },
      7,
    ];
    const batch = await submitted(jsonSubmission({ task: 'segmentation', model: QUICK_MODEL, images }));
    expect(batch.jobs.map(({ index }) => index)).toEqual([0, 1]);
    expect(batch.rejected.map(({ index, error }) => [index, error.code])).toEqual([
      [2, 'job_not_found'],
      [3, 'invalid_field'],
      [4, 'invalid_field'],
    ]);
    expect(await ended(batch)).toMatchObject({ counts: { succeeded: 2 } });
  });

  it('whose pictures are all bad is finished at once', async () => {
    const batch = await submitted(
      form([{ name: 'a.png', bytes: Buffer.from('?') }], { task: 'segmentation', model: QUICK_MODEL }),
    );
    expect(batch).toMatchObject({ total: 1, jobs: [] });
    expect(batch.finished_at).not.toBeNull();
    expect(await ended(batch)).toEqual(batch);
  });

  it('can be canceled, and deleted with all it left behind', async () => {
    const own = await testPhoto('webp', 33, 21);
    const pictures = Array.from({ length: 5 }, (_, i) => ({ name: `${i}.webp`, bytes: own }));
    const batch = await submitted(form(pictures, { task: 'segmentation', model: AWAY_MODEL }));
    expect(batch.counts.queued).toBe(5);
    await expectProblem(await fetch(batch.urls.result), 'batch_not_finished');
    const canceled = await expectSchema(await fetch(batch.urls.cancel, { method: 'POST' }), BatchSchema);
    expect(canceled.counts).toMatchObject({ queued: 0, canceled: 5 });
    expect(canceled.finished_at).not.toBeNull();
    expect((await fetch(batch.urls.self, { method: 'DELETE' })).status).toBe(204);
    await expectProblem(await fetch(batch.urls.self), 'batch_not_found');
    await expectProblem(await service.fetch(`/v1/jobs/${batch.jobs[0]!.id}`), 'job_not_found');
    const { sha256 } = (await (
      await service.fetch(
        '/v1/segmentation?wait=50',
        form([{ name: 'b', bytes: own }], { model: QUICK_MODEL }),
      )
    )
      .json()
      .then((job) => (job as Job).input.image)) as InputImage;
    const redis = new Redis(service.redis.url);
    const keys = await redis.keys('*');
    redis.disconnect();
    expect(keys.filter((key) => key.includes(batch.id))).toEqual([]);
    // The picture is still there for the job made just now, and for nobody else.
    expect(keys.filter((key) => key.includes(sha256)).length).toBe(2);
  });

  it('keeps its pictures when another one of the same request id is refused meanwhile', async () => {
    const own = await testPhoto('png', 19, 23);
    const picture = { name: 'image', fileName: 'a.png', content: own };
    const fields = [
      { name: 'task', content: 'segmentation' },
      { name: 'model', content: QUICK_MODEL },
    ];
    const headers = { 'x-request-id': 'sent-again' };
    const body = formBytes([picture, ...fields]);
    async function* haltingBody() {
      yield body.subarray(0, -50);
      const refused = form([{ name: 'a.png', bytes: own }], { task: 'segmentation', mood: 'x' });
      await expectProblem(await submit({ ...refused, headers }), 'unknown_field');
      yield body.subarray(-50);
    }
    const answer = await submit({
      method: 'POST',
      headers: { ...headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body: haltingBody(),
      duplex: 'half',
    } as unknown as RequestInit);
    expect(answer.status).toBe(202);
    expect((await ended((await answer.json()) as Batch)).counts.succeeded).toBe(1);
  });

  it('that cannot be taken whole leaves nothing behind', async () => {
    const own = await testPhoto('png', 17, 19);
    const one = [{ name: 'a.png', bytes: own }];
    const before = await keysOfBatchesAndBlobs();
    await expectProblem(await submit(form(one, {})), 'invalid_field');
    await expectProblem(await submit(form(one, { task: 'painting' })), 'invalid_field');
    await expectProblem(await submit(form([], { task: 'segmentation' })), 'image_missing');
    await expectProblem(await submit(form(one, { task: 'segmentation', mood: 'x' })), 'unknown_field');
    await expectProblem(
      await submit(form(one, { task: 'segmentation', cancel_on_disconnect: 'true' })),
      'unknown_field',
    );
    await expectProblem(await submit(form(one, { task: 'segmentation', model: 'none' })), 'model_not_found');
    await expectProblem(await submit(jsonSubmission({ task: 'segmentation', images: 'a' })), 'invalid_field');
    const many = Array.from({ length: 151 }, () => one[0]!);
    await expectProblem(await submit(form(many, { task: 'segmentation', model: AWAY_MODEL })), 'queue_full');
    expect(await keysOfBatchesAndBlobs()).toEqual(before);
  });
});

async function keysOfBatchesAndBlobs(): Promise<string[]> {
  const redis = new Redis(service.redis.url);
  const keys = (await redis.keys('*')).filter((key) => /batch|blob/.test(key)).sort();
  redis.disconnect();
  return keys;
}
