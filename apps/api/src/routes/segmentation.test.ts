import { createHash } from 'node:crypto';
import { type Job, JobSchema, type SemanticResult } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { CLASSES, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, jsonSubmission, rawSubmission } from '../testing/submission.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH, testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let photo: Buffer;
let jpeg: Buffer;

beforeAll(async () => {
  [service, photo, jpeg] = await Promise.all([startService(), testPhoto('png'), testPhoto('jpeg')]);
});
afterAll(() => service.stop());

/** Submits and waits for the end. */
async function run(init: RequestInit, query = ''): Promise<Job> {
  const answer = await service.fetch(`/v1/segmentation?wait=30${query}`, init);
  expect(answer.status).toBe(200);
  return expectSchema(answer, JobSchema);
}

async function artifactBytes(job: Job, name = 'segmentation_map.png'): Promise<Buffer> {
  const { url } = job.artifacts.find((artifact) => artifact.name === name)!;
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

describe('one picture in each of the ways it can come', () => {
  it('gives the same map and the same result', async () => {
    const base64 = photo.toString('base64');
    const ways: Record<string, RequestInit> = {
      form: formSubmission(photo),
      base64: jsonSubmission({ image: { base64 } }),
      'data URL': jsonSubmission({ image: `data:image/png;base64,${base64}` }),
      body: rawSubmission(photo),
      'text field, base64': formOf({ image: JSON.stringify({ base64 }) }),
      'text field, data URL': formOf({ image: `data:image/png;base64,${base64}` }),
      'base64 in lines': jsonSubmission({ image: { base64: base64.replaceAll(/.{76}/g, '$&\r\n') } }),
      'another declared type': rawSubmission(photo, 'image/jpeg'),
    };
    const seen: unknown[] = [];
    for (const init of Object.values(ways)) {
      const job = await run(init);
      const { sha256, width, height, media_type, bytes } = job.input.image!;
      const mapSha256 = createHash('sha256')
        .update(await artifactBytes(job))
        .digest('hex');
      seen.push({ sha256, width, height, media_type, bytes, mapSha256, result: job.result });
    }
    const expected = {
      sha256: createHash('sha256').update(photo).digest('hex'),
      width: PHOTO_WIDTH,
      height: PHOTO_HEIGHT,
      media_type: 'image/png',
      bytes: photo.length,
    };
    expect(seen[0]).toMatchObject(expected);
    expect(seen).toEqual(Object.keys(ways).map(() => seen[0]));
  });

  it('finds each stripe of the picture as a class of its own', async () => {
    const { result } = await run(rawSubmission(photo));
    const { classes, width, height } = result as SemanticResult;
    expect({ width, height }).toEqual({ width: PHOTO_WIDTH, height: PHOTO_HEIGHT });
    expect(classes.map(({ id }) => id).sort()).toEqual(Array.from({ length: CLASSES }, (_, id) => id));
    expect(classes.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(PHOTO_WIDTH * PHOTO_HEIGHT);
    expect(classes.reduce((sum, { fraction }) => sum + fraction, 0)).toBeCloseTo(1);
  });

  it('keeps the name of a file, without its folder', async () => {
    const job = await run(formSubmission(jpeg, {}, 'holidays/süß cat.jpg'));
    expect(job.input.image).toMatchObject({ file_name: 'süß cat.jpg', media_type: 'image/jpeg' });
    expect((await run(rawSubmission(jpeg))).input.image!.file_name).toBeNull();
  });
});

describe('a picture of another job', () => {
  it('is that job’s input, or one of its artifacts', async () => {
    const first = await run(formSubmission(photo, { outputs: 'color_map' }, 'cat.png'));
    const again = await run(jsonSubmission({ image: { job: first.id } }));
    expect(again.input.image).toEqual({ ...first.input.image, url: again.input.image!.url });
    expect(again.result).toEqual(first.result);

    const colored = await run(
      formOf({ image: JSON.stringify({ job: first.id, artifact: 'color_map.png' }) }),
    );
    const bytes = await artifactBytes(first, 'color_map.png');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(colored.input.image).toMatchObject({ file_name: 'color_map.png', sha256, bytes: bytes.length });
  });

  it('outlives that job', async () => {
    const first = await run(rawSubmission(photo));
    const again = await run(jsonSubmission({ image: { job: first.id } }));
    await service.fetch(`/v1/jobs/${first.id}`, { method: 'DELETE' });
    const input = await fetch(again.input.image!.url);
    expect(Buffer.from(await input.arrayBuffer())).toEqual(photo);
    expect((await run(jsonSubmission({ image: { job: again.id } }))).status).toBe('succeeded');
    await expectProblem(
      await service.fetch('/v1/segmentation', jsonSubmission({ image: { job: first.id } })),
      'job_not_found',
    );
  });
});

describe('fields', () => {
  const outputs = ['overlay', 'color_map'];
  const metadata = { order: 7, tags: ['a', 'ü'], nested: { deep: true } };

  it('mean the same in a form, in JSON and in the query', async () => {
    const base64 = photo.toString('base64');
    const common = { model: QUICK_MODEL, output_format: 'webp', mode: 'semantic' };
    const texts = { ...common, keep_seconds: '3600', metadata: JSON.stringify(metadata) };
    const query = new URLSearchParams({ ...texts, outputs: JSON.stringify(outputs) });
    const jobs = [
      await run(jsonSubmission({ image: { base64 }, ...common, keep_seconds: 3600, metadata, outputs })),
      await run(formSubmission(photo, { ...texts, outputs })),
      await run(formSubmission(photo, { ...texts, outputs: JSON.stringify(outputs) })),
      await run(rawSubmission(photo), `&${query}`),
    ];
    for (const job of jobs) {
      expect(job.metadata).toEqual(metadata);
      expect(job.input).toMatchObject({ mode: 'semantic', outputs, output_format: 'webp' });
      expect(job.artifacts.map(({ name }) => name).sort()).toEqual([
        'color_map.png',
        'overlay.webp',
        'segmentation_map.png',
      ]);
      expect(Date.parse(job.kept_until!) - Date.parse(job.finished_at!)).toBe(3_600_000);
    }
  });

  it('can be parts that say they are JSON', async () => {
    const form = formSubmission(photo);
    form.body.append('metadata', new Blob([JSON.stringify(metadata)], { type: 'application/json' }));
    const typed = await typedTextParts(form.body);
    expect((await run(typed)).metadata).toEqual(metadata);
  });

  it('take names that JavaScript gives a meaning to as names', async () => {
    const odd = '{"__proto__": {"a": 1}, "constructor": {"prototype": 2}}';
    const base64 = photo.toString('base64');
    const body = `{"image": {"base64": "${base64}"}, "metadata": ${odd}}`;
    const answer = await service.fetch('/v1/segmentation', { ...jsonSubmission({}), body });
    expect(await answer.text()).toContain('"metadata":{"__proto__":{"a":1},"constructor":{"prototype":2}}');
  });

  it('that were left out are told with the values that were used', async () => {
    const job = await run(rawSubmission(photo));
    expect(job.input).toMatchObject({ mode: 'semantic', outputs: [], output_format: 'jpeg' });
    expect(job).toMatchObject({ model: QUICK_MODEL, metadata: {}, warnings: [], attempts: 1 });
  });
});

function formOf(fields: Record<string, string>): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: 'POST', body };
}

/** FormData gives every part with a type a file name; this takes it away from those that are JSON. */
async function typedTextParts(form: FormData): Promise<RequestInit> {
  const encoded = new Response(form);
  const bytes = Buffer.from(await encoded.arrayBuffer()).toString('latin1');
  const body = bytes.replace(/; filename="blob"(\r\nContent-Type: application\/json)/i, '$1');
  expect(body).not.toBe(bytes);
  const contentType = encoded.headers.get('content-type')!;
  return { method: 'POST', headers: { 'content-type': contentType }, body: Buffer.from(body, 'latin1') };
}
