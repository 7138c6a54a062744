import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DetectionResult, Job, JobList } from '@darkroom/contracts';
import { decodeImage, detectImageFormat } from '@darkroom/imaging';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shapesPicture, startDemoModels } from '../../testing/start-demo-models.js';
import type { RunningService } from '../../testing/start-service.js';

interface Area {
  readonly input_image_name?: string;
  readonly detected_bounding_boxes: readonly (readonly [Record<string, number[]>, Record<string, number>])[];
  readonly output_image: string;
  readonly partial_images: readonly Record<string, string>[];
  readonly message?: string;
}

let service: RunningService;
let root: string;
let picture: Buffer;
let other: Buffer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-detectron2-'));
  const variables = { DARKROOM_COMPAT: 'detectron2', DARKROOM_COMPAT_DETECTRON2_DIR: join(root, 'served') };
  [service, picture, other] = await Promise.all([
    startDemoModels(['shapes-det'], { variables }),
    shapesPicture(),
    shapesPicture('shapes-2.jpg'),
  ]);
});
afterAll(async () => {
  await service.stop();
  await rm(root, { recursive: true, force: true });
});

const INPUT = 'input/images';
const OUTPUT = 'output/images';
const TEXTS = 'output/string_images';

const at = (...path: string[]) => join(root, 'served', ...path);
const filesIn = async (folder: string) => (await readdir(at(folder))).sort();

/** Empty folders, as they are after the start. */
async function emptyFolders(): Promise<void> {
  for (const folder of [INPUT, OUTPUT, TEXTS]) {
    await rm(at(folder), { recursive: true });
    await mkdir(at(folder));
  }
}
beforeEach(emptyFolders);

function post(call: string, payload: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return service.fetch(`/api/detect-area-${call}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(payload),
  });
}

const payload = (changes: object = {}) => ({
  threshold_value: 0.5,
  image_string: picture.toString('base64'),
  input_image_name: 'my_input.jpg',
  output_image_name: 'my_output.jpg',
  ...changes,
});

async function areaOf(answer: Response): Promise<Area> {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  const { data, status_code } = (await answer.json()) as { data: Area; status_code: number };
  expect(status_code).toBe(200);
  return data;
}

async function areasOf(answer: Response): Promise<Area[]> {
  return (await areaOf(answer)) as unknown as Area[];
}

/** What a refusal says under `data`. The number in it is the status. */
async function refusal(answer: Response): Promise<[number, string]> {
  expect(answer.headers.get('content-type')).toContain('application/json');
  const { data, status_code } = (await answer.json()) as { data: string; status_code: number };
  expect(status_code).toBe(answer.status);
  return [answer.status, data];
}

/** What the service's own interface finds on a picture. */
async function detected(bytes: Buffer, threshold?: number): Promise<DetectionResult> {
  const query = threshold === undefined ? '' : `&score_threshold=${threshold}`;
  const init = { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: new Uint8Array(bytes) };
  const job = (await (await service.fetch(`/v1/detection?wait=30${query}`, init)).json()) as Job;
  expect(job.status).toBe('succeeded');
  return job.result as DetectionResult;
}

async function dropInJobs(): Promise<string[]> {
  const { jobs } = (await (await service.fetch('/v1/jobs?limit=200')).json()) as JobList;
  return jobs.filter(({ metadata }) => metadata.drop_in !== undefined).map(({ id }) => id);
}

const pixels = (bytes: Buffer) => decodeImage(bytes, { maxPixels: 1e7 });
const boxesOf = ({ detected_bounding_boxes }: Area) =>
  detected_bounding_boxes.map(([box, score], i) => [box[`box_${i}`], score[`score_${i}`]]);
const boxesIn = ({ detections }: DetectionResult) => detections.map(({ box, score }) => [box, score]);

it('says that it is up', async () => {
  const answer = await service.fetch('/api');
  const port = new URL(service.url).port;
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await answer.text()).toContain(`started on port ${port} (container)`);
});

describe('a picture in base64', () => {
  it('is answered with boxes, the drawn picture and its parts, the number in each key', async () => {
    const area = await areaOf(await post('base64', payload()));
    const expected = await detected(picture, 0.5);
    expect(Object.keys(area)).toEqual(['detected_bounding_boxes', 'output_image', 'partial_images']);
    expect(expected.detections.length).toBeGreaterThan(2);
    expect(boxesOf(area)).toEqual(boxesIn(expected));
    const scores = boxesOf(area).map(([, score]) => score as number);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));

    const drawn = Buffer.from(area.output_image, 'base64');
    expect(detectImageFormat(drawn)).toBe('jpeg');
    const { width, height } = await pixels(drawn);
    expect([width, height]).toEqual([expected.width, expected.height]);

    expect(area.partial_images).toHaveLength(expected.detections.length);
    for (const [i, part] of area.partial_images.entries()) {
      expect(Object.keys(part)).toEqual([`partial_image_${i}`]);
      const crop = await pixels(Buffer.from(part[`partial_image_${i}`]!, 'base64'));
      const [x0, y0, x1, y1] = expected.detections[i]!.box as [number, number, number, number];
      expect(Math.abs(crop.width - (x1 - x0))).toBeLessThan(2);
      expect(Math.abs(crop.height - (y1 - y0))).toBeLessThan(2);
    }
  });

  it('leaves the same files in the folders', async () => {
    const area = await areaOf(await post('base64', payload()));
    const numbers = area.partial_images.map((_, i) => i);
    expect(await filesIn(INPUT)).toEqual(['my_input.jpg']);
    expect(await filesIn(OUTPUT)).toEqual(
      [...numbers.map((i) => `OUTPUT_PARTIAL_IMAGE_my_output_${i}.jpg`), 'my_output.jpg'].sort(),
    );
    expect(await filesIn(TEXTS)).toEqual(
      [
        'OUTPUT_BASE.txt',
        'OUTPUT_BASE_my_output.txt',
        ...numbers.map((i) => `OUTPUT_PARTIAL_IMAGE_BASE_my_output_${i}.txt`),
      ].sort(),
    );
    expect(await readFile(at(INPUT, 'my_input.jpg'))).toEqual(picture);
    expect(await readFile(at(OUTPUT, 'my_output.jpg'), 'base64')).toBe(area.output_image);
    for (const name of ['OUTPUT_BASE.txt', 'OUTPUT_BASE_my_output.txt']) {
      expect(await readFile(at(TEXTS, name), 'utf8')).toBe(area.output_image);
    }
    for (const i of numbers) {
      const part = area.partial_images[i]![`partial_image_${i}`];
      expect(await readFile(at(OUTPUT, `OUTPUT_PARTIAL_IMAGE_my_output_${i}.jpg`), 'base64')).toBe(part);
      expect(await readFile(at(TEXTS, `OUTPUT_PARTIAL_IMAGE_BASE_my_output_${i}.txt`), 'utf8')).toBe(part);
    }
  });

  it('comes back in the format that its name asks for, parts as JPEG all the same', async () => {
    for (const [name, format] of [
      ['drawn.v2.PNG', 'png'],
      ['drawn.webp', 'webp'],
      ['drawn.bmp', 'jpeg'],
      ['drawn', 'jpeg'],
    ] as const) {
      const area = await areaOf(await post('base64', payload({ output_image_name: name })));
      expect(detectImageFormat(Buffer.from(area.output_image, 'base64'))).toBe(format);
      expect(await readFile(at(OUTPUT, name), 'base64')).toBe(area.output_image);
      const [part] = area.partial_images;
      expect(detectImageFormat(Buffer.from(part!.partial_image_0!, 'base64'))).toBe('jpeg');
    }
    expect(await filesIn(OUTPUT)).toContain('OUTPUT_PARTIAL_IMAGE_drawn.v2_0.jpg');
  });

  it('may have lines, and a threshold that is a text', async () => {
    const lines = picture.toString('base64').replaceAll(/.{76}/g, '$&\n');
    const area = await areaOf(await post('base64', payload({ image_string: lines, threshold_value: '0.9' })));
    const expected = await detected(picture, 0.9);
    expect(boxesOf(area)).toEqual(boxesIn(expected));
  });

  it('is answered with empty lists where nothing is found', async () => {
    const area = await areaOf(await post('base64', payload({ threshold_value: 1 })));
    expect([area.detected_bounding_boxes, area.partial_images]).toEqual([[], []]);
    expect(detectImageFormat(Buffer.from(area.output_image, 'base64'))).toBe('jpeg');
    expect(await filesIn(OUTPUT)).toEqual(['my_output.jpg']);
  });

  it('replaces what a link in a folder stands for, and not what it leads to', async () => {
    const outside = join(root, 'outside.jpg');
    await writeFile(outside, 'untouched');
    await symlink(outside, at(INPUT, 'my_input.jpg'));
    await symlink(outside, at(OUTPUT, 'my_output.jpg'));
    await symlink(outside, at(TEXTS, 'OUTPUT_BASE.txt'));
    await areaOf(await post('base64', payload()));
    expect(await readFile(outside, 'utf8')).toBe('untouched');
    expect(await readFile(at(INPUT, 'my_input.jpg'))).toEqual(picture);
  });

  it('leaves no job behind that fills the storage', async () => {
    await areaOf(await post('base64', payload()));
    await expect.poll(dropInJobs).toEqual([]);
  });
});

describe('the input folder', () => {
  it('is said to be empty', async () => {
    const answer = await post('all', { threshold_value: 0.5 });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { data: { message: 'no input files' }, message: 'no input files', status_code: 200 },
    ]);
  });

  it('is gone through by name, with files for each picture', async () => {
    await writeFile(at(INPUT, 'b.jpg'), picture);
    await writeFile(at(INPUT, 'a.jpg'), other);
    const areas = await areasOf(await post('all', { threshold_value: 0.5 }));
    expect(areas.map(({ input_image_name }) => input_image_name)).toEqual(['a.jpg', 'b.jpg']);
    expect(areas.map(boxesOf)).toEqual([
      boxesIn(await detected(other, 0.5)),
      boxesIn(await detected(picture, 0.5)),
    ]);
    for (const [i, name] of ['a', 'b'].entries()) {
      expect(await readFile(at(OUTPUT, `${name}.jpg`), 'base64')).toBe(areas[i]!.output_image);
      expect(await readFile(at(TEXTS, `OUTPUT_BASE_${name}.txt`), 'utf8')).toBe(areas[i]!.output_image);
      const part = areas[i]!.partial_images[1]!.partial_image_1;
      expect(await readFile(at(OUTPUT, `OUTPUT_PARTIAL_IMAGE_${name}_1.jpg`), 'base64')).toBe(part);
      expect(await readFile(at(TEXTS, `OUTPUT_PARTIAL_IMAGE_BASE_${name}_1.txt`), 'utf8')).toBe(part);
    }
    expect(await filesIn(TEXTS)).not.toContain('OUTPUT_BASE.txt');
    expect(await readFile(at(INPUT, 'b.jpg'))).toEqual(picture);
  });

  it('may hold what is no picture, what is damaged, and what is no file', async () => {
    await writeFile(at(INPUT, '.DS_Store'), 'of a system');
    await writeFile(at(INPUT, 'notes.txt'), 'not a picture');
    await mkdir(at(INPUT, 'folder.jpg'));
    await symlink('/etc/passwd', at(INPUT, 'link.jpg'));
    const nothing = await post('all', { threshold_value: 0.5 });
    expect(await nothing.json()).toMatchObject({ message: 'no input files' });

    await writeFile(at(INPUT, 'a.bmp'), Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]));
    await writeFile(at(INPUT, 'b.jpg'), picture.subarray(0, 2000));
    await writeFile(at(INPUT, 'c.jpg'), '');
    await writeFile(at(INPUT, 'picture without ending'), picture);
    await writeFile(at(INPUT, `${'x'.repeat(210)}.jpg`), picture);
    const areas = await areasOf(await post('all', { threshold_value: 0.5 }));
    const faults = areas.filter(({ message }) => message !== undefined);
    expect(areas).toHaveLength(5);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining('PNG, JPEG'),
      expect.stringContaining('damaged'),
      expect.stringContaining('0 bytes'),
      expect.stringContaining('214 bytes, and 200 are the most'),
    ]);
    for (const { detected_bounding_boxes, output_image, partial_images } of faults) {
      expect([detected_bounding_boxes, output_image, partial_images]).toEqual([[], '', []]);
    }
    const [good] = areas.filter(({ message }) => message === undefined);
    expect(good!.input_image_name).toBe('picture without ending');
    expect(boxesOf(good!).length).toBeGreaterThan(2);
  });

  it('may be large: answers come in order, and no job stays behind', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `${String(i).padStart(2, '0')}.jpg`);
    for (const [i, name] of names.entries()) await writeFile(at(INPUT, name), i % 2 === 0 ? picture : other);
    const warnings: string[] = [];
    const warn = ({ name, message }: Error) => warnings.push(`${name}: ${message}`);
    process.on('warning', warn);
    const areas = await areasOf(await post('all', { threshold_value: 0.5 }));
    process.off('warning', warn);
    // Such as of listeners that pile up.
    expect(warnings).toEqual([]);
    expect(areas.map(({ input_image_name }) => input_image_name)).toEqual(names);
    expect(new Set(areas.map((area) => JSON.stringify(boxesOf(area)))).size).toBe(2);
    expect(areas[28]).toEqual({ ...areas[0], input_image_name: '28.jpg' });
    await expect.poll(dropInJobs).toEqual([]);
  });
});

describe('pictures by name', () => {
  beforeEach(async () => {
    await writeFile(at(INPUT, 'a.jpg'), picture);
    await writeFile(at(INPUT, 'b c.jpg'), other);
  });

  it('are those that were named, in their order', async () => {
    const image_names = ['b c.jpg', 'a.jpg', 'b c.jpg'];
    const areas = await areasOf(await post('by-name', { image_names, threshold_value: 0.5 }));
    expect(areas.map(({ input_image_name }) => input_image_name)).toEqual(image_names);
    expect(boxesOf(areas[1]!)).toEqual(boxesIn(await detected(picture, 0.5)));
    expect(areas[2]).toEqual(areas[0]);
    expect(await filesIn(OUTPUT)).toEqual(expect.arrayContaining(['a.jpg', 'b c.jpg']));
  });

  it.each([{}, { threshold_value: null }])('need no threshold: then it is the model’s (%j)', async (more) => {
    const [area] = await areasOf(await post('by-name', { image_names: ['a.jpg'], ...more }));
    expect(boxesOf(area!)).toEqual(boxesIn(await detected(picture)));
  });

  it('may be none', async () => {
    const answer = await post('by-name', { image_names: [] });
    expect(await answer.json()).toEqual({ data: [], status_code: 200 });
  });

  it('are told when one is not there, and nothing is looked at', async () => {
    const answer = await post('by-name', { image_names: ['a.jpg', 'z.jpg'], threshold_value: 0.5 });
    const message = 'no such image z.jpg';
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { data: { message }, message, status_code: 200 },
    ]);
    expect(await filesIn(OUTPUT)).toEqual([]);
  });

  it('never are files of elsewhere', async () => {
    await writeFile(join(root, 'outside.jpg'), picture);
    await symlink(join(root, 'outside.jpg'), at(INPUT, 'link.jpg'));
    await symlink(root, at(INPUT, 'up'));
    await mkdir(at(INPUT, 'folder'));
    await writeFile(at(INPUT, 'folder', 'within.jpg'), picture);
    await writeFile(at(INPUT, '.hidden.jpg'), picture);
    for (const name of [
      '../../../outside.jpg',
      '../images/a.jpg',
      './a.jpg',
      'folder/within.jpg',
      'folder\\within.jpg',
      'up/outside.jpg',
      'link.jpg',
      'folder',
      '.hidden.jpg',
      '.',
      '..',
      '',
      join(root, 'outside.jpg'),
      '/etc/passwd',
      'a.jpg\0',
      'file:///etc/passwd',
      'x'.repeat(10_000),
    ]) {
      const answer = await post('by-name', { image_names: [name], threshold_value: 0.5 });
      const { message } = (await answer.json()) as { message: string };
      expect(message.startsWith(`no such image ${name.slice(0, 200)}`)).toBe(true);
      expect(message.length).toBeLessThan(250);
    }
    expect(await filesIn(OUTPUT)).toEqual([]);
  });
});

describe('a refusal', () => {
  const NAMES = ['threshold_value', 'image_string', 'input_image_name', 'output_image_name'];

  it.each([
    ...NAMES.map((name) => ['base64', payloadWithout(name), name] as const),
    ['all', {}, 'threshold_value'],
    ['by-name', { threshold_value: 0.5 }, 'image_names'],
    ['base64', [1, 2], 'everything'],
    ['all', null, 'everything'],
    ['all', 'text', 'everything'],
  ] as const)('of %s is the original’s for %j, without %s', async (call, sent) => {
    const given =
      typeof sent === 'object' && sent && 'image_string' in sent
        ? { ...sent, image_string: picture.toString('base64') }
        : sent;
    expect(await refusal(await post(call, given))).toEqual([500, 'Wrong payload']);
  });

  function payloadWithout(name: string): object {
    const all = Object.fromEntries(
      NAMES.map((field) => [field, field === 'threshold_value' ? 0.5 : 'x.jpg']),
    );
    delete all[name];
    return all;
  }

  it('is the same without a body', async () => {
    const answer = await service.fetch('/api/detect-area-all', { method: 'POST' });
    expect(await refusal(answer)).toEqual([500, 'Wrong payload']);
  });

  it.each([
    ['a threshold above 1', { threshold_value: 50 }, 422, /"threshold_value" must be a number from 0 to 1/],
    [
      'a threshold in words',
      { threshold_value: 'half' },
      422,
      /"threshold_value" must be a number from 0 to 1/,
    ],
    ['no threshold', { threshold_value: null }, 422, /"threshold_value" must be a number/],
    ['a picture that is a number', { image_string: 5 }, 422, /"image_string" must be a text/],
    ['what is not base64', { image_string: '*!*' }, 422, /base64 of "image_string" has characters/],
    ['base64 that was cut', { image_string: 'abcde' }, 422, /base64 of "image_string" was cut/],
    ['what is no picture', { image_string: 'aGVsbG8=' }, 415, /PNG, JPEG/],
    ['no bytes', { image_string: '' }, 422, /0 bytes/],
    ['a name that is a list', { input_image_name: ['a.jpg'] }, 422, /"input_image_name" must be a text/],
  ])('says what is wrong with %s', async (_, changes, status, says) => {
    const [came, detail] = await refusal(await post('base64', payload(changes)));
    expect(came).toBe(status);
    expect(detail).toMatch(says);
    expect(await filesIn(INPUT)).toEqual([]);
    expect(await filesIn(OUTPUT)).toEqual([]);
  });

  it.each(['input_image_name', 'output_image_name'])(
    'meets every %s that leaves its folder',
    async (field) => {
      for (const name of [
        '../../../evil.jpg',
        '../evil.jpg',
        'sub/evil.jpg',
        '/tmp/darkroom-evil.jpg',
        '..\\evil.jpg',
        'C:\\evil.jpg',
        '..',
        '.',
        '',
        '.evil.jpg',
        'evil.jpg\0.png',
        'evil\n.jpg',
        '%2e%2e%2fevil.jpg/..',
        'NUL',
        'con.jpg',
        '\ud800.jpg',
        `${'x'.repeat(201)}.jpg`,
      ]) {
        const [status, detail] = await refusal(await post('base64', payload({ [field]: name })));
        expect([name, status]).toEqual([name, 422]);
        expect(detail).toContain(`"${field}" takes the name of a file`);
      }
      await expect(access('/tmp/darkroom-evil.jpg')).rejects.toThrow('ENOENT');
      expect(await readdir(at())).toEqual(['input', 'output']);
      expect((await readdir(root)).filter((name) => name.includes('evil'))).toEqual([]);
      for (const folder of [INPUT, OUTPUT, TEXTS]) expect(await filesIn(folder)).toEqual([]);
    },
  );

  it('of names that are no list of texts says so', async () => {
    for (const image_names of ['a.jpg', [1], { a: 1 }]) {
      const [status, detail] = await refusal(await post('by-name', { image_names }));
      expect(status).toBe(422);
      expect(detail).toContain('image_names');
    }
    const many = Array.from({ length: 10_001 }, (_, i) => `${i}.jpg`);
    const [status, detail] = await refusal(await post('by-name', { image_names: many }));
    expect([status, detail]).toEqual([422, expect.stringContaining('10000')]);
  });

  it('of a picture that is too large comes before it is decoded', async () => {
    const image_string = 'A'.repeat(45 * 1024 ** 2);
    const [status, detail] = await refusal(await post('base64', payload({ image_string })));
    expect([status, detail]).toEqual([413, expect.stringContaining('MAX_UPLOAD_BYTES')]);
  });

  it('of what is no JSON says so', async () => {
    const send = (type: string) =>
      service.fetch('/api/detect-area-all', { method: 'POST', headers: { 'content-type': type }, body: '{' });
    expect(await refusal(await send('application/json'))).toEqual([400, expect.stringContaining('JSON')]);
    expect(await refusal(await send('text/plain'))).toEqual([415, expect.stringContaining('must be JSON')]);
  });

  it('meets a file that can’t be written', async () => {
    await mkdir(at(OUTPUT, 'my_output.jpg'));
    const [status, detail] = await refusal(await post('base64', payload()));
    expect([status, detail]).toEqual([
      500,
      expect.stringMatching(/output\/images\/my_output\.jpg .* could not be written \(E/),
    ]);
    expect((await filesIn(OUTPUT)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('meets a folder that was made to lead elsewhere', async () => {
    await rm(at(INPUT), { recursive: true });
    await symlink(tmpdir(), at(INPUT));
    try {
      const [status, detail] = await refusal(await post('base64', payload()));
      expect([status, detail]).toEqual([500, expect.stringContaining('could not be written')]);
      expect((await refusal(await post('all', { threshold_value: 0.5 })))[0]).toBe(500);
    } finally {
      await rm(at(INPUT));
      await mkdir(at(INPUT));
    }
  });
});
