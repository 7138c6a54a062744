import type { DetectionResult, JobList } from '@darkroom/contracts';
import { decodeImage, encodePicture, type Pixels, pixelsOf, readImageHeader } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compatForm, shapesPicture, startDemoModels } from '../../testing/start-demo-models.js';
import type { RunningService } from '../../testing/start-service.js';
import { jsonSubmission, rawSubmission } from '../../testing/submission.js';

const MAX_PIXELS = 1e7;
const LABELS = ['', 'circle', 'square', 'star', 'triangle'];
const zeros = Object.fromEntries(LABELS.map((label) => [label, 0]));

interface Answer {
  readonly img: string;
  readonly stat: Readonly<Record<string, number>>;
}

let service: RunningService;
let picture: Buffer;
let before: Pixels;
let expected: DetectionResult;

beforeAll(async () => {
  const variables = { DARKROOM_COMPAT: 'ilytics' };
  [service, picture] = await Promise.all([
    startDemoModels(['shapes-det', 'shapes-seg'], { variables }),
    shapesPicture(),
  ]);
  before = await decodeImage(picture, { maxPixels: MAX_PIXELS });
  const query = 'score_threshold=0.25&iou_threshold=0.45&mask_format=none&wait=30';
  const job = await service.fetch(`/v1/detection?${query}`, rawSubmission(picture));
  expected = ((await job.json()) as { result: DetectionResult }).result;
});
afterAll(() => service.stop());

const invoke = (fields: unknown) => service.fetch('/invocations', jsonSubmission(fields));

async function answered(answer: Response): Promise<Answer> {
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

async function pixelsIn({ img }: Answer): Promise<Pixels> {
  const bytes = Buffer.from(img, 'base64');
  expect((await readImageHeader(bytes, { maxPixels: MAX_PIXELS })).format).toBe('jpeg');
  return decodeImage(bytes, { maxPixels: MAX_PIXELS });
}

async function dropInJobs() {
  const { jobs } = (await (await service.fetch('/v1/jobs')).json()) as JobList;
  return jobs.filter(({ metadata }) => metadata.drop_in !== undefined);
}

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { error: string }).error];
}

it('answers a ping', async () => {
  const answer = await service.fetch('/ping');
  expect([answer.status, await answer.json()]).toEqual([200, { data: 'pong!' }]);
});

describe('an invocation', () => {
  it.each<[string, () => Promise<Response>]>([
    ['JSON', () => invoke({ image: picture.toString('base64'), filename: 'shapes.jpg' })],
    ['JSON without a name', () => invoke({ image: `data:image/jpeg;base64,${picture.toString('base64')}` })],
    [
      'a form',
      () =>
        service.fetch(
          '/invocations/',
          compatForm([['filename', 'shapes.jpg']], { field: 'image', bytes: picture }),
        ),
    ],
  ])('as %s counts each name of the model, and the empty one', async (_, send) => {
    const answer = await answered(await send());
    expect(Object.keys(answer).sort()).toEqual(['img', 'stat']);
    expect(Object.keys(answer.stat).sort()).toEqual(LABELS);
    expect(answer.stat).toEqual({ ...zeros, ...expected.counts });
    expect(expected.detections.length).toBeGreaterThan(2);
  });

  it('draws each box in the colour of its class', async () => {
    const drawn = await pixelsIn(await answered(await invoke({ image: picture.toString('base64') })));
    expect([drawn.width, drawn.height]).toEqual([before.width, before.height]);
    const models = (await (await service.fetch('/v1/models/shapes-det')).json()) as {
      labels: { id: number; color: string }[];
    };
    for (const { box, class_id } of expected.detections) {
      const [x0, , x1, y1] = box.map(Math.round) as [number, number, number, number];
      const at = (Math.min(y1, drawn.height) - 1) * drawn.width + Math.round((x0 + x1) / 2);
      const { color } = models.labels.find(({ id }) => id === class_id)!;
      const wanted = Buffer.from(color.slice(1), 'hex');
      for (const channel of [0, 1, 2])
        expect(Math.abs(drawn.data[at * 3 + channel]! - wanted[channel]!)).toBeLessThan(60);
    }
  });

  it('leaves no job behind', async () => {
    await answered(await invoke({ image: picture.toString('base64') }));
    await expect.poll(dropInJobs).toEqual([]);
  });

  it.each<[string, unknown, number, string]>([
    ['no picture', {}, 400, 'There is no "image"'],
    ['a picture that is no text', { image: 7 }, 400, 'There is no "image"'],
    ['half a byte', { image: 'A' }, 422, 'half a byte'],
    ['what is no base64', { image: '***' }, 422, 'base64'],
    ['what is no picture', { image: Buffer.from('not a picture').toString('base64') }, 415, 'PNG'],
    ['a list', [], 400, 'There is no "image"'],
  ])('with %s is refused', async (_, fields, status, error) => {
    expect(await refusal(await invoke(fields))).toEqual([status, expect.stringContaining(error)]);
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../b.jpg', '..', 'a\u0000.jpg'])(
    'with a name that is a path somewhere is refused: %j',
    async (filename) => {
      const answers = [
        await invoke({ image: picture.toString('base64'), filename }),
        await service.fetch(
          '/invocations',
          compatForm([['filename', filename]], { field: 'image', bytes: picture }),
        ),
      ];
      for (const answer of answers) {
        expect(await refusal(answer)).toEqual([
          400,
          expect.stringContaining('"filename" takes the name of a file'),
        ]);
      }
    },
  );

  it('without a body, or with another, says what is missing', async () => {
    for (const init of [
      { method: 'POST' },
      { method: 'POST', body: new URLSearchParams({ image: 'x' }) },
      compatForm([], { field: 'picture', bytes: picture }),
    ]) {
      expect(await refusal(await service.fetch('/invocations', init))).toEqual([
        400,
        expect.stringContaining('There is no "image"'),
      ]);
    }
  });
});

describe('an upload', () => {
  const upload = (texts: readonly (readonly [string, string])[], bytes = picture) =>
    service.fetch('/upload', compatForm(texts, { field: 'file', bytes }));

  it.each([[[]], [[['auto_crop', '0']]]] as const)('is counted as a whole with %j', async (texts) => {
    const answer = await answered(await upload(texts));
    expect(answer.stat).toEqual({ ...zeros, ...expected.counts });
    expect((await pixelsIn(answer)).width).toBe(before.width);
  });

  it('is cropped to its largest saturated region on request', async () => {
    const [width, height] = [400, 300];
    const data = new Uint8Array(width * height * 3).fill(120);
    for (let y = 60; y < 200; y++)
      for (let x = 100; x < 260; x++) data.set([220, 40, 40], (y * width + x) * 3);
    const table = await encodePicture(pixelsOf(data, width, height), 'png');
    const { width: croppedWidth, height: croppedHeight } = await pixelsIn(
      await answered(await upload([['auto_crop', '1']], table)),
    );
    expect([croppedWidth, croppedHeight]).toEqual([160, 140]);
  });

  it('is left whole where nothing is saturated', async () => {
    const grey = await encodePicture(pixelsOf(new Uint8Array(90 * 60 * 3).fill(120), 90, 60), 'png');
    const answer = await answered(await upload([['auto_crop', '1']], grey));
    expect((await pixelsIn(answer)).width).toBe(90);
    expect(answer.stat).toEqual(zeros);
  });

  it('is refused without a file, with other bytes, or another auto_crop', async () => {
    expect(await refusal(await service.fetch('/upload', compatForm([['auto_crop', '1']])))).toEqual([
      400,
      expect.stringContaining('There is no "file"'),
    ]);
    expect((await refusal(await upload([['auto_crop', '1']], Buffer.from('no picture'))))[0]).toBe(415);
    expect(await refusal(await upload([['auto_crop', 'yes']]))).toEqual([
      400,
      '"auto_crop" takes 0 or 1, got "yes".',
    ]);
  });
});

describe('a page of another origin', () => {
  const headers = { origin: 'https://shop.example' };

  it('may use these paths', async () => {
    const answer = await service.fetch('/invocations', { ...jsonSubmission({}), headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.status).toBe(400);
    expect((await service.fetch('/ping', { headers })).headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is told so when its browser asks ahead', async () => {
    const asking = {
      ...headers,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const answer = await service.fetch('/invocations', { method: 'OPTIONS', headers: asking });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
    expect(answer.headers.get('access-control-allow-headers')).toBe('content-type');
  });

  it('may use no other', async () => {
    for (const [method, path] of [
      ['GET', '/v1'],
      ['OPTIONS', '/v1/detection'],
      ['POST', '/v1/detection'],
    ] as const) {
      const answer = await service.fetch(path, { method, headers });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
  });
});
