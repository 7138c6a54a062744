import { type Job, SemanticResultSchema } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, rawSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

const ALL_OUTPUTS = ['color_map', 'overlay', 'logits', 'probabilities', 'model_input'];

let service: RunningService;
let photo: Buffer;
let job: Job;
let overlayUrl: string;
let overlay: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
  job = await submit(
    formSubmission(photo, { model: QUICK_MODEL, outputs: ALL_OUTPUTS }, 'Sonne ☀.png'),
    '?wait=30',
  );
  overlayUrl = job.urls.picture!;
  overlay = Buffer.from(await (await fetch(overlayUrl)).arrayBuffer());
});
afterAll(() => service.stop());

async function submit(init: RequestInit, query = ''): Promise<Job> {
  return (await (await service.fetch(`/v1/segmentation${query}`, init)).json()) as Job;
}

describe('an artifact', () => {
  it('has type, length, name and an ETag of its own', async () => {
    const etags = new Set<string | null>();
    for (const { url, name, media_type, bytes } of job.artifacts) {
      const { headers, status } = await fetch(url);
      expect([name, status]).toEqual([name, 200]);
      expect(headers.get('content-type')).toBe(media_type);
      expect(headers.get('content-length')).toBe(String(bytes));
      expect(headers.get('content-disposition')).toBe(`inline; filename="${name}"`);
      expect(headers.get('accept-ranges')).toBe('bytes');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
      etags.add(headers.get('etag'));
    }
    expect(job.artifacts.map(({ role }) => role).sort()).toEqual(['segmentation_map', ...ALL_OUTPUTS].sort());
    expect(etags.size).toBe(job.artifacts.length);
    for (const etag of etags) expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await fetch(overlayUrl)).headers.get('etag')!;
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await fetch(overlayUrl, { headers: { 'if-none-match': header } });
      expect([header, answer.status, await answer.text()]).toEqual([header, 304, '']);
      expect(answer.headers.get('etag')).toBe(etag);
    }
    const other = await fetch(overlayUrl, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  const last = -5;
  it.each([
    ['bytes=0-9', 0, 9],
    ['bytes=10-', 10, Number.POSITIVE_INFINITY],
    ['bytes=-5', last, Number.POSITIVE_INFINITY],
    ['bytes=0-99999999', 0, Number.POSITIVE_INFINITY],
  ])('comes in part: %s', async (range, start, end) => {
    const from = start < 0 ? overlay.length + start : start;
    const to = Math.min(end, overlay.length - 1);
    const answer = await fetch(overlayUrl, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to}/${overlay.length}`);
    expect(answer.headers.get('content-length')).toBe(String(to - from + 1));
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(overlay.subarray(from, to + 1));
  });

  it('has nothing beyond its end', async () => {
    const answer = await fetch(overlayUrl, { headers: { range: `bytes=${overlay.length}-` } });
    expect(answer.status).toBe(416);
    expect(answer.headers.get('content-range')).toBe(`bytes */${overlay.length}`);
  });

  it('comes in part only while it is what the client has a part of', async () => {
    const etag = (await fetch(overlayUrl)).headers.get('etag')!;
    const range = 'bytes=0-9';
    expect((await fetch(overlayUrl, { headers: { range, 'if-range': etag } })).status).toBe(206);
    const changed = await fetch(overlayUrl, { headers: { range, 'if-range': '"other"' } });
    expect(changed.status).toBe(200);
    expect(Buffer.from(await changed.arrayBuffer())).toEqual(overlay);
  });

  it.each(['bytes=0-1,5-6', 'bytes=x-y', 'lines=1-2'])(
    'comes whole where a range is not for it: %s',
    async (range) => {
      const answer = await fetch(overlayUrl, { headers: { range } });
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(overlay);
    },
  );

  it('is saved under the name of its input', async () => {
    const disposition = async (url: string) =>
      (await fetch(`${url}?download=1`)).headers.get('content-disposition');
    expect(await disposition(overlayUrl)).toBe(
      `attachment; filename="Sonne ?.overlay.jpg"; filename*=UTF-8''Sonne%20%E2%98%80.overlay.jpg`,
    );
    const unnamed = await submit(rawSubmission(photo), `?wait=30&model=${QUICK_MODEL}`);
    expect(await disposition(unnamed.artifacts[0]!.url)).toContain(
      `filename="${unnamed.id}.segmentation_map.png"`,
    );
  });

  it('answers HEAD with the headers alone', async () => {
    const answer = await fetch(overlayUrl, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(overlay.length));
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect((await answer.arrayBuffer()).byteLength).toBe(0);
  });

  it('that is not there is named, with those that are', async () => {
    const problem = await expectProblem(
      await service.fetch(`/v1/jobs/${job.id}/artifacts/overlay.png`),
      'artifact_not_found',
    );
    expect(problem.detail).toContain('overlay.jpg');
    const waiting = await submit(formSubmission(photo, { model: AWAY_MODEL }));
    const early = await service.fetch(`/v1/jobs/${waiting.id}/artifacts/overlay.jpg`);
    expect((await expectProblem(early, 'artifact_not_found')).detail).toContain('has not ended');
  });
});

describe('the input', () => {
  it('is the picture as it was submitted', async () => {
    const answer = await fetch(job.input.image!.url);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(photo);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('content-disposition')).toContain(`filename*=UTF-8''Sonne%20%E2%98%80.png`);
    const part = await fetch(job.input.image!.url, { headers: { range: 'bytes=1-3' } });
    expect(await part.text()).toBe('PNG');
  });
});

describe('the result', () => {
  it('is that of the job, alone', async () => {
    const answer = await service.fetch(`/v1/jobs/${job.id}/result?format=json`);
    expect(await expectSchema(answer, SemanticResultSchema)).toEqual(job.result);
    expect(await (await fetch(job.urls.result)).json()).toEqual(job.result);
  });

  it('is not there before the end of the job', async () => {
    const waiting = await submit(formSubmission(photo, { model: AWAY_MODEL }));
    const answer = await fetch(waiting.urls.result);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectProblem(answer, 'job_not_ended');
  });

  it('is not there when the job failed or was canceled', async () => {
    const failed = await submit(rawSubmission(photo.subarray(0, -40)), `?wait=30&model=${QUICK_MODEL}`);
    const problem = await expectProblem(await fetch(failed.urls.result), 'job_has_no_result');
    expect(problem.detail).toContain(failed.error!.detail);
    const waiting = await submit(formSubmission(photo, { model: AWAY_MODEL }));
    await fetch(waiting.urls.cancel, { method: 'POST' });
    await expectProblem(await fetch(waiting.urls.result), 'job_has_no_result');
  });

  it('comes in no format that its task has nothing for, and in none that there isn’t', async () => {
    const inFormat = (format: string) => service.fetch(`/v1/jobs/${job.id}/result?format=${format}`);
    const unsuited = await expectProblem(await inFormat('coco'), 'option_not_supported');
    expect(unsuited.detail).toContain('json');
    const unknown = await expectProblem(await inFormat('pascal-voc'), 'invalid_field');
    expect(unknown.detail).toContain('json');
  });
});
