import type { JobList } from '@darkroom/contracts';
import { decodeImage, encodePicture, quantizePixels, resample } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PictureServer, picture as servedPicture } from '../../testing/picture-server.js';
import { compatForm, shapesPicture, startDemoModels } from '../../testing/start-demo-models.js';
import type { RunningService } from '../../testing/start-service.js';
import { rawSubmission } from '../../testing/submission.js';

/** What the demo model makes of a square picture. */
const SIDE = 256;
const CLASSES = 5;

interface Answer {
  readonly Status: string;
  readonly infer_model_type: string;
  readonly image_type: string;
  readonly requested_results: {
    readonly logits: number[][][];
    readonly pixels_distribution: number[][][];
    readonly segmentation_map: number[][];
  };
}

let service: RunningService;
let picture: Buffer;
let pictures: PictureServer;

beforeAll(async () => {
  picture = await shapesPicture();
  pictures = await PictureServer.start({ '/shapes.png': servedPicture(picture) });
  const variables = { DARKROOM_COMPAT: 'segmentation-api', ALLOWED_PRIVATE_HOSTS: pictures.host };
  service = await startDemoModels(['shapes-seg', 'shapes-sam'], { variables });
});
afterAll(async () => {
  pictures?.stop();
  await service?.stop();
});

const onnx = ['infer_model_type', 'onnx'] as const;

function infer(texts: readonly (readonly [string, string])[], bytes = picture): Promise<Response> {
  return service.fetch('/infer/file', compatForm(texts, { field: 'file', bytes }));
}

async function refusal(answer: Response): Promise<[number, unknown]> {
  expect(answer.headers.get('content-type')).toContain('application/json');
  return [answer.status, ((await answer.json()) as { detail: unknown }).detail];
}

it('says that it is up', async () => {
  const answer = await service.fetch('/healthcheck');
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'live' }]);
});

describe('a file', () => {
  let answer: Answer;
  let logits: ReturnType<typeof decodeNpy>;

  beforeAll(async () => {
    const came = await infer([onnx]);
    expect([came.status, came.headers.get('content-type')]).toEqual([200, 'application/json']);
    answer = (await came.json()) as Answer;
    // The same by the service's own interface: the picture stretched beforehand, and the artifact as it is.
    const pixels = await decodeImage(picture, { maxPixels: 1e7 });
    const stretched = await encodePicture(quantizePixels(resample('pil-bilinear', pixels, 512, 512)), 'png');
    const job = await service.fetch(
      '/v1/segmentation?wait=30&mode=semantic&outputs=logits',
      rawSubmission(stretched),
    );
    const { artifacts } = (await job.json()) as { artifacts: { name: string; url: string }[] };
    const file = await fetch(artifacts.find(({ name }) => name === 'logits.npy')!.url);
    logits = decodeNpy(Buffer.from(await file.arrayBuffer()));
  });

  it('is answered with all results where none is named', () => {
    expect(answer).toMatchObject({ Status: 'OK', infer_model_type: 'onnx', image_type: 'file' });
    expect(Object.keys(answer.requested_results)).toEqual([
      'logits',
      'pixels_distribution',
      'segmentation_map',
    ]);
  });

  it('has the logits of the picture at 512 × 512, number by number', () => {
    const { logits: nested } = answer.requested_results;
    expect([nested.length, nested[0]!.length, nested[0]![0]!.length]).toEqual([CLASSES, SIDE, SIDE]);
    expect(logits.dims).toEqual([CLASSES, SIDE, SIDE]);
    expect(Float32Array.from(nested.flat(2))).toEqual(logits.data);
  });

  it('has the softmax of the logits as the distribution of each pixel', () => {
    const { logits: nested, pixels_distribution } = answer.requested_results;
    for (const [y, x] of [
      [0, 0],
      [100, 37],
      [255, 255],
    ] as const) {
      const weights = nested.map((plane) => Math.exp(plane[y]![x]!));
      const sum = weights.reduce((total, weight) => total + weight);
      for (const [classId, weight] of weights.entries())
        expect(pixels_distribution[classId]![y]![x]).toBeCloseTo(weight / sum, 5);
    }
  });

  it('has a map of 512 × 512 class ids, those of the largest logits', () => {
    const { segmentation_map: map, logits: nested } = answer.requested_results;
    expect([map.length, new Set(map.map(({ length }) => length))]).toEqual([512, new Set([512])]);
    const seen = new Set(map.flat());
    expect(seen.size).toBeGreaterThan(2);
    let same = 0;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const values = nested.map((plane) => plane[y]![x]!);
        if (values.indexOf(Math.max(...values)) === map[y * 2]![x * 2]) same++;
      }
    }
    expect(same / SIDE ** 2).toBeGreaterThan(0.99);
  });

  it('leaves no job behind whose files would fill the storage', async () => {
    const dropInJobs = async () => {
      const { jobs } = (await (await service.fetch('/v1/jobs')).json()) as JobList;
      return jobs.filter(({ metadata }) => metadata.drop_in !== undefined);
    };
    await expect.poll(dropInJobs).toEqual([]);
  });
});

describe('what is asked for', () => {
  it('is all that is answered, unknown types with a word about them', async () => {
    const texts = [onnx, ['requested_results_types', 'segmentation_map']] as const;
    const answer = await infer([...texts, ['requested_results_types', '__proto__']]);
    const text = await answer.text();
    expect(
      text.startsWith(`{"Status":"OK","infer_model_type":"onnx","image_type":"file","requested_results":{`),
    ).toBe(true);
    expect(text.endsWith(',"__proto__":"result type not supported"}}')).toBe(true);
    expect(Object.keys((JSON.parse(text) as Answer).requested_results)).toContain('segmentation_map');
    expect(text).not.toContain('logits');
  });

  it('is served by ONNX where torch was asked for, which the answer says', async () => {
    const answer = await infer([
      ['infer_model_type', 'torch'],
      ['requested_results_types', 'segmentation_map'],
    ]);
    expect(await answer.json()).toMatchObject({ infer_model_type: 'onnx' });
  });

  it('may come with a slash behind the path', async () => {
    const form = compatForm([onnx, ['requested_results_types', 'none']], { field: 'file', bytes: picture });
    const answer = await service.fetch('/infer/file/', form);
    expect(await answer.json()).toMatchObject({ requested_results: { none: 'result type not supported' } });
  });
});

describe('a refusal', () => {
  const missing = (...names: string[]) =>
    names.map((name) => ({ type: 'missing', loc: ['body', name], msg: 'Field required', input: null }));

  it.each([
    ['model type', '/infer/file', [], true, missing('infer_model_type')],
    ['file', '/infer/file', [onnx], false, missing('file')],
    ['address', '/infer/url', [onnx], false, missing('url_image')],
    ['field', '/infer/url', [], false, missing('infer_model_type', 'url_image')],
  ] as const)('of a form without a %s is FastAPI’s', async (_, path, texts, hasFile, detail) => {
    const form = compatForm(
      [['unknown', '1'], ...texts],
      hasFile ? { field: 'file', bytes: picture } : undefined,
    );
    expect(await refusal(await service.fetch(path, form))).toEqual([422, detail]);
  });

  it('of what is no form is the same', async () => {
    const body = JSON.stringify({ infer_model_type: 'onnx' });
    const headers = { 'content-type': 'application/json' };
    expect(await refusal(await service.fetch('/infer/url', { method: 'POST', headers, body }))).toEqual([
      422,
      missing('infer_model_type', 'url_image'),
    ]);
    expect(await refusal(await service.fetch('/infer/file', { method: 'POST' }))).toEqual([
      422,
      missing('infer_model_type', 'file'),
    ]);
  });

  it('of a file that is a text says so', async () => {
    const [status, detail] = await refusal(
      await service.fetch('/infer/file', compatForm([onnx, ['file', '../../etc/passwd']])),
    );
    expect([status, detail]).toMatchObject([422, [{ loc: ['body', 'file'] }]]);
    expect(JSON.stringify(detail)).toContain('Expected UploadFile');
  });

  it('of another model type is the original’s', async () => {
    expect(await refusal(await infer([['infer_model_type', 'tensorflow']]))).toEqual([
      401,
      "Fail! Value error: Model type 'tensorflow' is not registered.",
    ]);
  });

  it('of what is no picture says what came', async () => {
    const [status, detail] = await refusal(await infer([onnx], Buffer.from('not a picture')));
    expect([status, String(detail).startsWith('Fail! Error: ')]).toEqual([500, true]);
    expect(detail).toContain('PNG');
  });

  it('of more types than there could be names the limit', async () => {
    const many = Array.from({ length: 17 }, (_, i) => ['requested_results_types', `type ${i}`] as const);
    expect((await refusal(await infer([onnx, ...many])))[0]).toBe(422);
    expect((await refusal(await infer([onnx, ['requested_results_types', 'x'.repeat(101)]])))[0]).toBe(422);
  });

  it('of a page of another origin stays what it is', async () => {
    const form = compatForm([onnx], { field: 'file', bytes: picture });
    const headers = { origin: 'https://evil.example' };
    const [status, detail] = await refusal(await service.fetch('/infer/file', { ...form, headers }));
    expect([status, String(detail)]).toEqual([403, expect.stringContaining('https://evil.example')]);
  });
});

describe('an address', () => {
  const map = ['requested_results_types', 'segmentation_map'] as const;

  it.each([
    ['a form', (fields: Record<string, string>) => compatForm(Object.entries(fields))],
    ['fields in the body', (fields: Record<string, string>) => urlencoded(fields)],
  ])('comes in %s, and one that is not fetched fails as in the original', async (_, formOf) => {
    const form = formOf({ infer_model_type: 'onnx', url_image: 'http://169.254.169.254/latest' });
    const [status, detail] = await refusal(await service.fetch('/infer/url/', form));
    expect([status, String(detail).startsWith('Fail! Error: ')]).toEqual([500, true]);
  });

  it('is fetched, and its picture segmented', async () => {
    const form = compatForm([onnx, ['url_image', `http://${pictures.host}/shapes.png`], map]);
    const answer = await service.fetch('/infer/url/', form);
    expect(await answer.json()).toMatchObject({
      Status: 'OK',
      image_type: 'url',
      requested_results: { segmentation_map: expect.any(Array) },
    });
  });

  it('in a body larger than any form of fields is refused', async () => {
    const form = urlencoded({ infer_model_type: 'onnx', url_image: 'x'.repeat(100_000) });
    expect((await refusal(await service.fetch('/infer/url', form)))[0]).toBe(500);
  });
});

function urlencoded(fields: Record<string, string>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) };
}
