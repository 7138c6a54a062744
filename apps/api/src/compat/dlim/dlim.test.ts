import { setTimeout as sleep } from 'node:timers/promises';
import { decodeImage, type Pixels, readImageHeader } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRequest } from '../../testing/send-request.js';
import { compatForm, shapesPicture, startDemoModels } from '../../testing/start-demo-models.js';
import type { RunningService } from '../../testing/start-service.js';
import { rawSubmission } from '../../testing/submission.js';
import type { GeneratedMask } from './generated-masks.js';

const MAX_PIXELS = 1e7;
/** The worker shares two cores with whatever else runs. */
const DONE_WITHIN_MS = 90_000;

let service: RunningService;
let picture: Buffer;

beforeAll(async () => {
  const variables = { DARKROOM_COMPAT: 'dlim', DARKROOM_COMPAT_DLIM_MODEL: 'shapes-sam' };
  [service, picture] = await Promise.all([
    startDemoModels(['shapes-sam', 'shapes-det'], { variables }),
    shapesPicture(),
  ]);
});
afterAll(() => service.stop());

const segment = (bytes: Buffer, fileName?: string) =>
  service.fetch('/sam/segment', compatForm([], { field: 'image', bytes, ...(fileName ? { fileName } : {}) }));

async function taskOf(answer: Response): Promise<string> {
  const task = (await answer.json()) as { message: string; task_id: string };
  expect([answer.status, task.message]).toEqual([200, 'Request in progress']);
  return task.task_id;
}

const status = (task: string, query = '') => service.fetch(`/sam/segment/status/${task}${query}`);

/** Polls as a client of the original does. */
async function done(task: string): Promise<Response> {
  const untilMs = Date.now() + DONE_WITHIN_MS;
  for (;;) {
    const answer = await status(task);
    const isJson = answer.headers.get('content-type')!.includes('json');
    if (!isJson || Date.now() > untilMs) return answer;
    const body = await answer.json();
    if ((body as { status: string }).status !== 'running') return Response.json(body);
    expect([answer.status, body]).toEqual([200, { status: 'running' }]);
    await sleep(100);
  }
}

it('loads Segment Anything', async () => {
  const answer = await service.fetch('/sam/load', { method: 'PUT' });
  expect([answer.status, await answer.text()]).toEqual([201, 'Successfuly loaded SAM']);
  expect(answer.headers.get('content-type')).toContain('text/html');
});

describe('a picture', () => {
  let task: string;
  let drawn: Pixels;
  let before: Pixels;
  let masks: GeneratedMask[];

  beforeAll(async () => {
    task = await taskOf(await segment(picture));
    const answer = await done(task);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    drawn = await decodeImage(Buffer.from(await answer.arrayBuffer()), { maxPixels: MAX_PIXELS });
    before = await decodeImage(picture, { maxPixels: MAX_PIXELS });
    const asked = await status(task, '?masks=true');
    const body = (await asked.json()) as { status: string; masks: GeneratedMask[] };
    expect([asked.status, body.status]).toEqual([200, 'completed']);
    masks = body.masks;
  }, DONE_WITHIN_MS);

  it('comes back with coloured masks, at its own size', () => {
    expect([drawn.width, drawn.height]).toEqual([before.width, before.height]);
    const changed = before.data.filter((value, i) => Math.abs(value - drawn.data[i]!) > 12).length;
    expect(changed).toBeGreaterThan(1000);
  });

  it('keeps about two thirds of itself under a mask', () => {
    // Of what is covered by 0.35 no value can move further than that share of 255, give or take what JPEG does.
    const moved = before.data.map((value, i) => Math.abs(value - drawn.data[i]!)).sort();
    expect(moved[Math.floor(moved.length * 0.999)]).toBeLessThan(0.35 * 255 + 20);
  });

  it('gives its masks on request, largest first, as segment-anything has them', () => {
    expect(masks.length).toBeGreaterThan(1);
    expect(masks.map(({ area }) => area)).toEqual(masks.map(({ area }) => area).sort((a, b) => b - a));
    const [{ segmentation, bbox, point_coords, predicted_iou, stability_score }] = masks as [GeneratedMask];
    expect(segmentation).toMatchObject({ size: [before.height, before.width], counts: expect.any(String) });
    const [[x, y]] = point_coords as [[number, number]];
    const [left, top, width, height] = bbox;
    expect(x > left && x < left + width && y > top && y < top + height).toBe(true);
    expect(predicted_iou).toBeGreaterThan(0.5);
    expect(stability_score).toBeGreaterThan(0.5);
  });

  it(
    'is an ordinary job, in the format that it came in',
    async () => {
      const job = await service.job(task);
      expect(job).toMatchObject({ task: 'segmentation', model: 'shapes-sam', metadata: { drop_in: 'dlim' } });
      expect(job.input).toMatchObject({ mode: 'everything', overlay_opacity: 0.35, overlay_outlines: false });
      const png = await taskOf(await segment(await shapesPicture('shapes-4.png')));
      const answer = await done(png);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect((await readImageHeader(bytes, { maxPixels: MAX_PIXELS })).format).toBe('png');
      expect(answer.headers.get('content-type')).toBe('image/png');
    },
    DONE_WITHIN_MS,
  );

  it('may come with a slash behind the path, as the original has it', async () => {
    const form = compatForm([['note', '1']], { field: 'image', bytes: picture });
    await taskOf(await service.fetch('/sam/segment/', form));
  });
});

describe('no picture', () => {
  it.each([
    ['a form without one', () => compatForm([['image_name', 'a.jpg']])],
    ['a text of that name', () => compatForm([['image', '../../etc/passwd']])],
    ['a file of another name', () => compatForm([], { field: 'picture', bytes: picture })],
    ['fields in the body', () => ({ method: 'POST', body: new URLSearchParams({ image: 'a.jpg' }) })],
    ['JSON', () => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })],
    ['nothing', () => ({ method: 'POST' })],
  ])('in %s is told as the original does', async (_, init) => {
    const answer = await service.fetch('/sam/segment', init());
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'No image provided' }]);
  });

  it('but other bytes is told at once', async () => {
    const answer = await segment(Buffer.from('not a picture'));
    expect(answer.status).toBe(415);
    expect(((await answer.json()) as { error: string }).error).toContain('PNG');
  });
});

describe('a task', () => {
  const notFound = { status: 'not_found', message: 'Task not found' };

  it.each(['9b2f0f6e-6b8a-4f0e-9d0a-2f6a8f1e2c11', 'job_01JD8Z3V9QABCDEFGHJKMNPQRS', 'job_1'])(
    'that nobody knows is not found: %s',
    async (id) => {
      const answer = await status(id);
      expect([answer.status, await answer.json()]).toEqual([200, notFound]);
    },
  );

  it.each(['..%2F..%2Fetc%2Fpasswd', '%2e%2e', 'a%00b', 'job_1.jpg', '%5C..%5C', `${'x'.repeat(500)}.`])(
    'is no path: %s',
    async (id) => {
      // As it stands: fetch would take dots away itself.
      const answer = await sendRequest(service.url, { path: `/sam/segment/status/${id}` });
      const body = (await answer.json()) as { status: string; message: string };
      expect([answer.status, body.status]).toEqual([400, 'not_found']);
      expect(body.message).toContain('an id has letters, digits, _ and - alone');
    },
  );

  it('of somebody else is not found', async () => {
    const submitted = await service.fetch('/v1/detection', rawSubmission(picture));
    const { id } = (await submitted.json()) as { id: string };
    expect(await (await status(id)).json()).toEqual(notFound);
  });

  it('that failed says why', async () => {
    // Its header is good, and its data is not: this is found out only where it is decoded.
    const damaged = picture.subarray(0, 2000);
    const answer = await done(await taskOf(await segment(damaged)));
    const body = (await answer.json()) as { status: string; message: string };
    expect(body.status).toBe('failed');
    expect(body.message).toMatch(/^Error: .*(damaged|cut off)/);
  });

  it('that was canceled says so', async () => {
    const id = await taskOf(await segment(picture));
    await service.fetch(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    const body = await (await done(id)).json();
    expect(body).toEqual({ status: 'failed', message: `Error: The job ${id} is canceled.` });
  });
});

it('refuses pages of other origins, in its own shape', async () => {
  const answer = await service.fetch('/sam/load', {
    method: 'PUT',
    headers: { origin: 'https://evil.example' },
  });
  expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([403, ['error']]);
});
