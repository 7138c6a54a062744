import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobList } from '@darkroom/contracts';
import { decodeGrey, decodeImage, detectImageFormat, encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeClipModel,
  writeSdModel,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningService, startService, startWorker } from '../../testing/start-service.js';
import { jsonSubmission, rawSubmission } from '../../testing/submission.js';

// Each answer is several jobs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const [GENERATOR, FLAGGING, CLIP, SAM] = ['generator', 'flagging', 'clip', 'sam'] as const;
/** Of generated pictures, in pixels. */
const SIDE = 64;
const SIZE = { width: 96, height: 64 };
const RED_BOX = [20, 10, 70, 50] as const;
const TEXTS = ['red', 'green', 'blue'];
/** Little to look at for the graph of the tests, whose scores are never high. */
const AUTOMATIC = { points_per_side: 4, pred_iou_thresh: 0, stability_score_thresh: 0 };
const JOB_ID = /^job_[0-9A-Z]{26}$/;

interface Masks {
  readonly masks: string[];
  readonly iou_scores: number[];
  readonly polygons: [number, number][][];
}

interface Analyzed {
  readonly request_id: string;
  readonly image: string;
  readonly clip_analysis: {
    readonly concepts: string[];
    readonly confidence_scores: number[];
    readonly max_confidence_concept: string;
  };
  readonly basic_segmentation: Masks;
}

interface Generated {
  readonly request_id: string;
  readonly generated_image: string;
  readonly clip_analysis: {
    readonly all_concepts: string[];
    readonly all_confidence_scores: number[];
    readonly global_confident_concept: string;
  };
  readonly segmentation: Masks & {
    readonly segmented_regions: {
      readonly request_id: string;
      readonly clip_analysis: {
        readonly concepts: string[];
        readonly confidence_scores: number[];
        readonly max_confident_concept: string;
      };
      readonly polygon: [number, number][];
    }[];
  };
}

let service: RunningService;
let png: string;
let jpeg: string;

beforeAll(async () => {
  const pixels = redBox();
  const encoded = await Promise.all([encodePicture(pixels, 'png'), encodePicture(pixels, 'jpeg')]);
  [png, jpeg] = encoded.map((bytes) => bytes.toString('base64')) as [string, string];
  service = await startTinyModels();
});
afterAll(() => service.stop());

/** On black. */
function redBox() {
  const [x0, y0, x1, y1] = RED_BOX;
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) data[(y * SIZE.width + x) * 3] = 255;
  return pixelsOf(data, SIZE.width, SIZE.height);
}

/** The service with a worker that holds tiny models of all kinds. */
async function startTinyModels(): Promise<RunningService> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-models-'));
  const sam = { exported: 'meta', takesBoxes: true } as const;
  const [running] = await Promise.all([
    // Of the models that make pictures, the one that withholds them would be the default.
    startApi({ DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL: GENERATOR }),
    writeSdModel(folder, { id: GENERATOR, defaults: { steps: 2 } }),
    writeSdModel(folder, { id: FLAGGING, defaults: { steps: 2 }, safetyChecker: { flagsAbove: 0 } }),
    writeClipModel(folder, { id: CLIP }),
    writeTestModel(folder, {
      id: SAM,
      graph: { encoder: samEncoderGraph(sam), decoder: samDecoderGraph(sam) },
      manifest: { ...samManifest(sam), defaults: { automatic: AUTOMATIC } },
    }),
  ]);
  const worker = await startWorker(running.redis, folder, [GENERATOR, FLAGGING, CLIP, SAM]);
  return {
    ...running,
    worker,
    async stop() {
      await worker.end('SIGKILL');
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const startApi = (variables: Readonly<Record<string, string>>) =>
  startService({ models: [], variables: { DARKROOM_COMPAT: 'deepedge', ...variables } });

const post = (path: string, fields: unknown) => service.fetch(path, jsonSubmission(fields));

async function answered<Answer>(path: string, fields: unknown): Promise<Answer> {
  const answer = await post(path, fields);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Answer;
}

async function refusal(answer: Response): Promise<[status: number, error: string]> {
  const body = (await answer.json()) as { error: string };
  expect(Object.keys(body)).toEqual(['error']);
  return [answer.status, body.error];
}

async function pixelsIn(base64: string) {
  const bytes = Buffer.from(base64, 'base64');
  expect(detectImageFormat(bytes)).toBe('jpeg');
  return decodeImage(bytes, { maxPixels: 1e6 });
}

/** Where a mask is, its size, and how many pixels it has. */
async function maskIn(base64: string) {
  const { width, height, data } = await decodeGrey(Buffer.from(base64, 'base64'));
  expect([...new Set(data)].every((value) => value === 0 || value === 255)).toBe(true);
  const inside = [...data.keys()].filter((at) => data[at] === 255);
  return {
    width,
    height,
    area: inside.length,
    box: boxAround(inside.map((at) => [at % width, Math.floor(at / width)])),
  };
}

function boxAround(points: readonly (readonly number[])[]): number[] {
  const [xs, ys] = [points.map(([x]) => x!), points.map(([, y]) => y!)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Within what a cell of the small masks is large. */
function expectRedBox(box: readonly number[]): void {
  for (const [edge, value] of RED_BOX.entries()) expect(Math.abs(box[edge]! - value)).toBeLessThan(4);
}

async function dropInJobs(): Promise<unknown[]> {
  return ((await (await service.fetch('/v1/jobs?limit=200')).json()) as JobList).jobs;
}

describe('a picture', () => {
  it('is made of a prompt', async () => {
    const answer = await answered<{ generated_image: string }>('/api/generate', { prompt: 'a red cat' });
    expect(answer).toEqual({
      request_id: expect.stringMatching(JOB_ID),
      generated_image: expect.any(String),
    });
    expect(await pixelsIn(answer.generated_image)).toMatchObject({ width: SIDE, height: SIDE });
  });

  it('is made of each of several, in a list', async () => {
    const several = await answered<{ generated_image: string[] }>('/api/generate', {
      prompt: ['a red cat', 'a blue dog'],
    });
    const [cat, dog] = await Promise.all(several.generated_image.map(pixelsIn));
    expect(several.generated_image).toHaveLength(2);
    expect(cat!.data).not.toEqual(dog!.data);
    const one = await answered<{ generated_image: string[] }>('/api/generate/', { prompt: ['a red cat'] });
    expect(one.generated_image).toHaveLength(1);
  });
});

describe('a picture that is made and looked at', () => {
  it('comes with its concepts, its masks and the concepts of each', async () => {
    const roi = [
      [32, 32],
      [4, 4, 40, 40],
    ];
    const answer = await answered<Generated>('/api/adv/generate', { prompt: 'a red cat', texts: TEXTS, roi });
    const { request_id, generated_image, clip_analysis, segmentation } = answer;
    expect(Object.keys(answer)).toEqual(['request_id', 'generated_image', 'clip_analysis', 'segmentation']);
    expect(request_id).toMatch(JOB_ID);
    expect(await pixelsIn(generated_image)).toMatchObject({ width: SIDE, height: SIDE });
    expect(clip_analysis.all_concepts).toEqual(TEXTS);
    expectTop(clip_analysis.all_confidence_scores, clip_analysis.global_confident_concept);
    const { masks, iou_scores, polygons, segmented_regions } = segmentation;
    expect([masks, iou_scores, polygons, segmented_regions].map(({ length }) => length)).toEqual([
      2, 2, 2, 2,
    ]);
    for (const mask of masks) expect(await maskIn(mask)).toMatchObject({ width: SIDE, height: SIDE });
    expect(segmented_regions.map(({ polygon }) => polygon)).toEqual(polygons);
    for (const { clip_analysis: ofRegion } of segmented_regions) {
      expect(ofRegion.concepts).toEqual(TEXTS);
      expectTop(ofRegion.confidence_scores, ofRegion.max_confident_concept);
    }
    const ids = [request_id, ...segmented_regions.map((region) => region.request_id)];
    expect(new Set(ids).size).toBe(3);
  });

  function expectTop(scores: readonly number[], top: string): void {
    expect(scores).toHaveLength(TEXTS.length);
    expect(scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 4);
    expect(top).toBe(TEXTS[scores.indexOf(Math.max(...scores))]);
  }
});

describe('a picture that is looked at', () => {
  it('is compared with the texts as they are, and segmented where it is pointed to', async () => {
    const roi = [
      [40, 30],
      [15, 5, 75, 55],
    ];
    const answer = await answered<Analyzed>('/api/analyze', { image: jpeg, texts: TEXTS, roi });
    expect(Object.keys(answer)).toEqual(['request_id', 'image', 'clip_analysis', 'basic_segmentation']);
    expect(answer.request_id).toMatch(JOB_ID);
    expect(answer.image).toBe(jpeg);
    const { concepts, confidence_scores, max_confidence_concept } = answer.clip_analysis;
    expect([concepts, max_confidence_concept]).toEqual([TEXTS, 'red']);
    expect(Object.keys(answer.clip_analysis)).toHaveLength(3);
    const ofJob = (await (
      await service.fetch(
        '/v1/analysis?wait=50',
        jsonSubmission({ image: { base64: jpeg }, concepts: TEXTS, template: '{}', max_regions: 0 }),
      )
    ).json()) as { result: { concepts: { score: number }[] } };
    expect(confidence_scores).toEqual(ofJob.result.concepts.map(({ score }) => score));
    const { masks, iou_scores, polygons } = answer.basic_segmentation;
    expect(masks).toHaveLength(2);
    expect(iou_scores.every((score) => score > 0 && score <= 1)).toBe(true);
    for (const [index, mask] of masks.entries()) {
      const { box, width, height } = await maskIn(mask);
      expect({ width, height }).toEqual(SIZE);
      expectRedBox(box);
      const outline = polygons[index]!;
      expectRedBox(boxAround(outline));
      expect(outline.length).toBeGreaterThanOrEqual(4);
      expect(outline.at(-1)).not.toEqual(outline[0]);
    }
  });

  it.each([
    ['without roi', {}],
    ['with an empty one', { roi: [] }],
    ['with null', { roi: null }],
  ])('is segmented wherever there is something %s, largest first', async (_, fields) => {
    const answer = await answered<Analyzed>('/api/analyze', { image: png, texts: TEXTS, ...fields });
    const { masks, polygons, iou_scores } = answer.basic_segmentation;
    expect(masks.length).toBeGreaterThan(1);
    expect([polygons.length, iou_scores.length]).toEqual([masks.length, masks.length]);
    const areas = (await Promise.all(masks.map(maskIn))).map(({ area }) => area);
    expect(areas).toEqual(areas.toSorted((a, b) => b - a));
  });

  it('may come in other formats, and as a data: URL, and is given back as JPEG', async () => {
    const image = `data:image/png;base64,${png}`;
    const answer = await answered<Analyzed>('/api/analyze', { image, texts: 'red', roi: [[40, 30]] });
    const { data, width, height } = await pixelsIn(answer.image);
    expect({ width, height }).toEqual(SIZE);
    expect(data[(30 * width + 40) * 3]!).toBeGreaterThan(220);
    expect(answer.clip_analysis).toEqual({
      concepts: ['red'],
      confidence_scores: [1],
      max_confidence_concept: 'red',
    });
  });

  it('is what was made before, as it came', async () => {
    const made = await answered<{ generated_image: string }>('/api/generate', { prompt: 'a red cat' });
    const image = made.generated_image;
    const answer = await answered<Analyzed>('/api/analyze', { image, texts: TEXTS, roi: [[4, 4]] });
    expect(answer.image).toBe(image);
  });
});

it('leaves no job behind', async () => {
  await answered('/api/analyze', { image: jpeg, texts: TEXTS, roi: [[40, 30]] });
  await answered('/api/generate', { prompt: 'a red cat' });
  await expect.poll(async () => (await dropInJobs()).filter(isDropIn)).toEqual([]);

  function isDropIn(job: unknown): boolean {
    return (job as { metadata: { drop_in?: string } }).metadata.drop_in === 'deepedge';
  }
});

describe('a prompt', () => {
  it.each<[string, unknown]>([
    ['is missing', {}],
    ['is empty', { prompt: '' }],
    ['is blank', { prompt: ' \n' }],
    ['is null', { prompt: null }],
    ['is a number', { prompt: 7 }],
    ['is an object', { prompt: { text: 'a red cat' } }],
    ['has no entry', { prompt: [] }],
    ['has an empty entry', { prompt: ['a red cat', ''] }],
    ['has an entry of another kind', { prompt: ['a red cat', 7] }],
    ['is asked for as a list', ['a red cat']],
  ])('that %s is refused in the words of the original', async (_, body) => {
    expect(await refusal(await post('/api/generate', body))).toEqual([
      400,
      'Invalid prompt. It should be a non-empty string or non empty list of strings',
    ]);
    expect(await refusal(await post('/api/adv/generate', { texts: TEXTS, ...(body as object) }))).toEqual([
      400,
      'Invalid prompt. It should be a non-empty string',
    ]);
  });

  it('is one where the picture is looked at', async () => {
    const fields = { prompt: ['a red cat'], texts: TEXTS };
    expect(await refusal(await post('/api/adv/generate', fields))).toEqual([
      400,
      'Invalid prompt. It should be a non-empty string',
    ]);
  });

  it.each<[unknown, string]>([
    ['a'.repeat(20_000), '"prompt" must be a text of 1 to 10000 characters, got 20000 characters.'],
    [Array.from({ length: 100_000 }, () => 'a'), '"prompt" may have 64 entries, got 100000'],
  ])('that is too much is refused', async (prompt, error) => {
    expect(await refusal(await post('/api/generate', { prompt }))).toEqual([
      422,
      expect.stringContaining(error),
    ]);
  });

  it('is missing where there is no JSON', async () => {
    const inits = [{ method: 'POST' }, { method: 'POST', body: new URLSearchParams({ prompt: 'a' }) }];
    for (const init of [...inits, rawSubmission(Buffer.from(jpeg, 'base64'), 'image/jpeg')]) {
      expect(await refusal(await service.fetch('/api/generate', init))).toEqual([
        400,
        expect.stringContaining('Invalid prompt.'),
      ]);
    }
  });

  it('is not found in broken JSON', async () => {
    const init = { ...jsonSubmission({}), body: '{"prompt": ' };
    expect(await refusal(await service.fetch('/api/generate', init))).toEqual([
      400,
      expect.stringContaining('is not'),
    ]);
  });
});

describe('what is asked of a picture', () => {
  const deep = (levels: number): unknown => (levels === 0 ? [1, 2] : [deep(levels - 1)]);

  it.each<[string, object, number, string]>([
    ['texts that are missing', { texts: undefined }, 422, '"texts" is missing'],
    ['an empty text', { texts: '' }, 422, '"texts"'],
    ['an empty list of texts', { texts: [] }, 422, '"texts"'],
    ['a text of another kind', { texts: ['red', 7] }, 422, '"texts/1"'],
    ['a blank text', { texts: ['red', ' '] }, 422, '"texts/1" is blank'],
    ['too many texts', { texts: Array(10_000).fill('red') }, 422, '"texts" may have 1000 entries'],
    ['a text that is too long', { texts: ['r'.repeat(5000)] }, 422, '"texts/0"'],
    ['a roi of another kind', { roi: 'all' }, 422, '"roi" must be a list'],
    ['a roi that is one place', { roi: [40, 30] }, 422, '"roi/0"'],
    [
      'a place of three numbers',
      {
        roi: [
          [1, 2],
          [1, 2, 3],
        ],
      },
      422,
      '"roi/1" takes a point [x, y] or a box',
    ],
    ['an empty place', { roi: [[]] }, 422, '"roi/0" takes a point'],
    ['a place of five numbers', { roi: [[1, 2, 3, 4, 5]] }, 422, '"roi/0"'],
    ['a place that is no number', { roi: [['1', '2']] }, 422, '"roi/0/0"'],
    ['a number without end', { roi: '\u0000' }, 422, '"roi/0/0"'],
    ['too many places', { roi: Array(5000).fill([1, 2]) }, 422, '"roi" may have 256 entries'],
    ['places without end', { roi: deep(500) }, 422, '"roi'],
    ['a point outside', { roi: [[400, 250]] }, 422, '"roi/0" lies outside the picture: it is'],
    [
      'a box outside',
      {
        roi: [
          [1, 1, 9, 9],
          [200, 0, 300, 10],
        ],
      },
      422,
      '"roi/1" lies outside the picture',
    ],
    ['a box inside out', { roi: [[30, 30, 10, 10]] }, 422, '"roi/0" must be [x0, y0, x1, y1]'],
  ])('is refused: %s', async (_, fields, status, error) => {
    const subject = { texts: TEXTS, ...fields };
    for (const [path, asked] of [
      ['/api/analyze', { image: jpeg, ...subject }],
      ['/api/adv/generate', { prompt: 'a red cat', ...subject }],
    ] as const) {
      // What JSON.stringify would write as null.
      const body = JSON.stringify(asked).replace('"\\u0000"', '[[1e999, 2]]');
      const answer = await service.fetch(path, { ...jsonSubmission({}), body });
      expect(await refusal(answer)).toEqual([status, expect.stringContaining(error)]);
    }
  });

  it.each<[string, unknown, number, string]>([
    ['none', undefined, 422, '"image" is missing'],
    ['null', null, 422, '"image"'],
    ['a list', ['a'], 422, '"image"'],
    ['an empty text', '', 422, '"image"'],
    ['nothing behind data:', 'data:image/png;base64,', 422, '0 bytes'],
    ['what is no base64', '***', 422, 'base64'],
    ['half a byte', 'A', 422, 'half a byte'],
    ['what is no picture', Buffer.from('not a picture').toString('base64'), 415, 'PNG'],
    ['an address', 'http://127.0.0.1/cat.jpg', 422, 'base64'],
    ['a path', '/etc/passwd', 415, 'PNG'],
  ])('is no picture: %s', async (_, image, status, error) => {
    expect(await refusal(await post('/api/analyze', { image, texts: TEXTS }))).toEqual([
      status,
      expect.stringContaining(error),
    ]);
  });

  it('is refused of a picture whose data is damaged', async () => {
    const image = Buffer.from(jpeg, 'base64').subarray(0, 700).toString('base64');
    const [status, error] = await refusal(await post('/api/analyze', { image, texts: TEXTS }));
    expect([status, error]).toEqual([415, expect.stringMatching(/damaged|cut off/)]);
  });

  it('is refused for pages of other origins, in its own shape', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' };
    const answer = await service.fetch('/api/analyze', { ...jsonSubmission({}), headers });
    expect((await refusal(answer))[0]).toBe(403);
  });
});

describe('another setting', () => {
  let other: RunningService | undefined;

  afterEach(() => other?.stop());

  /** Asks an api with these settings, of the same worker. */
  async function ask(variables: Readonly<Record<string, string>>, path: string, fields: unknown) {
    other = await startApi({ REDIS_URL: service.redis.url, ...variables });
    return other.fetch(path, jsonSubmission(fields));
  }

  it.each([
    ['DARKROOM_COMPAT_CLIP_MODEL', '/api/analyze', { image: 'aGk=', texts: TEXTS }],
    ['DARKROOM_COMPAT_SAM_MODEL', '/api/adv/generate', { prompt: 'a red cat', texts: TEXTS }],
    ['DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL', '/api/generate', { prompt: 'a red cat' }],
    ['DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL', '/api/adv/generate', { prompt: 'a cat', texts: TEXTS }],
  ])('of %s takes another model for %s', async (name, path, fields) => {
    const answer = await ask({ [name]: 'nobody' }, path, fields);
    expect(await refusal(answer)).toEqual([404, expect.stringContaining('nobody')]);
  });

  it.each(['/api/generate', '/api/adv/generate'])(
    'may be a model that withholds pictures, and %s says so',
    async (path) => {
      const variables = { DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL: FLAGGING };
      const answer = await ask(variables, path, { prompt: 'a red cat', texts: TEXTS });
      expect(await refusal(answer)).toEqual([500, expect.stringContaining('safety checker')]);
    },
  );

  it('may be one that withholds pictures, which leaves their places in a list empty', async () => {
    const variables = { DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL: FLAGGING };
    const answer = await ask(variables, '/api/generate', { prompt: ['a red cat', 'a blue dog'] });
    expect([answer.status, await answer.json()]).toMatchObject([200, { generated_image: [null, null] }]);
  });
});
