import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import {
  type Batch,
  BatchSchema,
  type InputImage,
  type Job,
  JobSchema,
  type Problem,
} from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { GENERATOR, GeneratorModels } from '../testing/generator-model.js';
import { type Answering, PictureServer, picture, redirect } from '../testing/picture-server.js';
import { QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission } from '../testing/submission.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH, testPhoto } from '../testing/test-photo.js';
import { ADDRESS_ATTACKS } from '../testing/url-attacks/address-attacks.js';
import { REDIRECTS, redirectAttacks } from '../testing/url-attacks/redirect-attacks.js';
import { TEXT_ATTACKS } from '../testing/url-attacks/text-attacks.js';

const MAX_UPLOAD_BYTES = 50_000;
const AT_ONCE = 8;

let server: PictureServer;
let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  photo = await testPhoto();
  server = await PictureServer.start({
    ...REDIRECTS,
    '/photos/my%20cat.png': picture(photo),
    '/moved': redirect('/photos/my%20cat.png'),
    '/page.html': (response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('<!doctype html>'),
    '/large.png': picture(Buffer.alloc(MAX_UPLOAD_BYTES + 1)),
    '/silent': () => {},
    '/eight.png': togetherWith(AT_ONCE, (response) => picture(photo)(response, response.req)),
    '/slow.png': (response) => setTimeout(() => picture(photo)(response, response.req), 200),
  });
  service = await startService({
    ownProcess: true,
    variables: {
      ALLOWED_PRIVATE_HOSTS: server.host,
      MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES),
      URL_TIMEOUT_SECONDS: '4',
    },
  });
  (await GeneratorModels.open(service)).close();
});
afterAll(async () => {
  await service?.stop();
  server?.stop();
});

/** Answers once so many requests wait for it. */
function togetherWith(count: number, answering: (response: ServerResponse) => unknown): Answering {
  const waiting: ServerResponse[] = [];
  return (response) => {
    waiting.push(response);
    if (waiting.length === count) for (const one of waiting.splice(0)) answering(one);
  };
}

const at = (path: string) => `http://${server.host}${path}`;
const submit = (image: unknown, query = '') =>
  service.fetch(`/v1/segmentation${query}`, jsonSubmission({ model: QUICK_MODEL, image }));

function form(...images: string[]): FormData {
  const body = new FormData();
  body.append('model', QUICK_MODEL);
  for (const image of images) body.append('image', image);
  return body;
}

async function countJobs(): Promise<number> {
  const { jobs } = (await (await service.fetch('/v1/jobs?limit=200')).json()) as { jobs: object[] };
  return jobs.length;
}

describe('a picture from a URL', () => {
  it.each([
    ['an object', () => submit({ url: at('/photos/my%20cat.png?size=1') }, '?wait=30')],
    ['a text', () => submit(at('/photos/my%20cat.png'), '?wait=30')],
    [
      'an object in a form',
      () =>
        service.fetch('/v1/segmentation?wait=30', {
          method: 'POST',
          body: form(JSON.stringify({ url: at('/photos/my%20cat.png') })),
        }),
    ],
    [
      'a text in a form',
      () =>
        service.fetch('/v1/segmentation?wait=30', { method: 'POST', body: form(at('/photos/my%20cat.png')) }),
    ],
  ])('is fetched and run, given as %s', async (_form, send) => {
    const job = await expectSchema(await send(), JobSchema);
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    expect((job.input as { image: InputImage }).image).toMatchObject({
      file_name: 'my cat.png',
      media_type: 'image/png',
      bytes: photo.length,
      width: PHOTO_WIDTH,
      height: PHOTO_HEIGHT,
    });
  });

  it('is fetched over a redirect, and named after what was asked for', async () => {
    const job = (await (await submit({ url: at('/moved') }, '?wait=30')).json()) as Job;
    expect(job).toMatchObject({ status: 'succeeded', input: { image: { file_name: 'moved' } } });
  });

  it('is what a generation begins with', async () => {
    const fields = {
      model: GENERATOR,
      prompt: 'a red boat',
      image: at('/photos/my%20cat.png'),
      strength: 0.5,
    };
    const answer = await service.fetch('/v1/generation', jsonSubmission(fields));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ input: { image: { file_name: 'my cat.png' } } });
  });

  it('is kept, so that nobody fetches it again', async () => {
    const { id } = (await (await submit({ url: at('/photos/my%20cat.png') })).json()) as Job;
    const before = server.requests.length;
    const job = (await (await submit({ job: id }, '?wait=30')).json()) as Job;
    expect(job).toMatchObject({ status: 'succeeded', input: { image: { file_name: 'my cat.png' } } });
    expect(server.requests).toHaveLength(before);
  });

  it('is not fetched for a request that is refused', async () => {
    const before = server.requests.length;
    const image = { url: at('/photos/my%20cat.png') };
    await expectProblem(
      await service.fetch('/v1/segmentation', jsonSubmission({ image, modle: 'x' })),
      'unknown_field',
    );
    const batch = jsonSubmission({ task: 'segmentation', images: [image], modle: 'x' });
    await expectProblem(await service.fetch('/v1/batches', batch), 'unknown_field');
    expect(server.requests).toHaveLength(before);
  });
});

describe('a picture that cannot be had from its URL', () => {
  it.each([
    [
      'is not there',
      '/dog.png',
      'url_not_fetched',
      /dog\.png could not be fetched: the answer is 404 Not Found/,
    ],
    ['does not come in time', '/silent', 'url_not_fetched', /within 4 seconds \(URL_TIMEOUT_SECONDS/],
    ['is a page', '/page.html', 'unsupported_image', /<!doctype html>|HTML/i],
    ['is too large', '/large.png', 'upload_too_large', /may have 50000 bytes .* 50001 came/],
  ] as const)('because it %s is told so', async (_why, path, code, says) => {
    const before = await countJobs();
    const problem = await expectProblem(await submit({ url: at(path) }), code);
    expect(problem.detail).toMatch(says);
    if (code === 'url_not_fetched') expect(problem.errors).toMatchObject([{ pointer: '#/image/url' }]);
    expect(await countJobs()).toBe(before);
  });

  it('because the URL may not be requested is told so, whatever the trick', async () => {
    const before = await countJobs();
    const attacks = [...ADDRESS_ATTACKS, ...TEXT_ATTACKS, ...redirectAttacks(server.port)];
    const faults: string[] = [];
    // Names that lead somewhere in other tests lead nowhere here.
    for (const { name, url, code, says } of attacks.filter(({ url, says }) => !/\.test/.test(url + says))) {
      const problem = (await (await submit({ url })).json()) as Problem;
      if (problem.code !== code || !says.test(problem.detail))
        faults.push(`${name}: ${problem.code}: ${problem.detail}`);
    }
    expect(faults).toEqual([]);
    expect(await countJobs()).toBe(before);
    expect(service.apiProcess!.output).not.toContain('s3cret');
  });

  it('is given up when its client hangs up', async () => {
    const before = await countJobs();
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ model: QUICK_MODEL, image: at('/silent') });
    const asked = server.requests.length;
    socket.write(
      `POST /v1/segmentation HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(() => expect(server.requests).toHaveLength(asked + 1));
    socket.destroy();
    await once(socket, 'close');
    await vi.waitFor(async () => expect(await server.connections()).toBe(0), { timeout: 3_000 });
    expect(await countJobs()).toBe(before);
  });
});

describe('a batch of pictures from URLs', () => {
  const submitted = async (init: RequestInit): Promise<Batch> => {
    const answer = await service.fetch('/v1/batches', init);
    expect(answer.status, await answer.clone().text()).toBe(202);
    return expectSchema(answer, BatchSchema);
  };

  it('has a job for each, among others, and rejects bad ones alone', async () => {
    const images = [
      { url: at('/slow.png') },
      { url: 'http://127.0.0.1:1/private.png' },
      { base64: photo.toString('base64') },
      at('/dog.png?token=s3cret'),
      at('/photos/my%20cat.png'),
      'file:///etc/passwd',
      { url: at('/page.html') },
    ];
    const batch = await submitted(jsonSubmission({ task: 'segmentation', model: QUICK_MODEL, images }));
    expect(batch.jobs.map(({ index, file_name }) => [index, file_name])).toEqual([
      [0, 'slow.png'],
      [2, null],
      [4, 'my cat.png'],
    ]);
    expect(batch.rejected.map(({ index, file_name, error }) => [index, file_name, error.code])).toEqual([
      [1, 'private.png', 'url_not_allowed'],
      [3, 'dog.png', 'url_not_fetched'],
      [5, 'passwd', 'url_not_allowed'],
      [6, 'page.html', 'unsupported_image'],
    ]);
    expect(JSON.stringify(batch)).not.toContain('s3cret');
  });

  it('may come as a form', async () => {
    const body = form(at('/photos/my%20cat.png'), JSON.stringify({ url: at('/moved') }));
    body.append('task', 'segmentation');
    const batch = await submitted({ method: 'POST', body });
    expect(batch.jobs.map(({ file_name }) => file_name)).toEqual(['my cat.png', 'moved']);
  });

  it('is fetched several at a time, and no more than eight', async () => {
    server.mostAtOnce = 0;
    const images = Array.from({ length: 2 * AT_ONCE }, (_, index) => at(`/eight.png?${index}`));
    const batch = await submitted(jsonSubmission({ task: 'segmentation', model: QUICK_MODEL, images }));
    expect(batch.jobs.map(({ index }) => index)).toEqual(images.map((_, index) => index));
    expect(server.mostAtOnce).toBe(AT_ONCE);
  });

  it('is given up when its client hangs up, and no job is made', async () => {
    const before = await countJobs();
    const images = Array.from({ length: 20 }, (_, index) => at(index < 8 ? '/slow.png' : '/silent'));
    const init = jsonSubmission({ task: 'segmentation', model: QUICK_MODEL, images });
    const asked = server.requests.length;
    const hangUp = new AbortController();
    const answer = service.fetch('/v1/batches', { ...init, signal: hangUp.signal });
    await vi.waitFor(() => expect(server.requests).toHaveLength(asked + 16), { timeout: 5_000 });
    hangUp.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(async () => expect(await server.connections()).toBe(0), { timeout: 3_000 });
    expect(server.requests).toHaveLength(asked + 16);
    expect(await countJobs()).toBe(before);
  });
});

describe('a service that is to fetch nothing', () => {
  it('says so, and in its limits', async () => {
    const closed = await startService({ models: [], variables: { URL_TIMEOUT_SECONDS: '0' } });
    try {
      (await GeneratorModels.open(closed)).close();
      const { limits } = (await (await closed.fetch('/v1')).json()) as { limits: Record<string, number> };
      expect(limits.url_timeout_seconds).toBe(0);
      const before = server.requests.length;
      const fields = {
        model: GENERATOR,
        prompt: 'a red boat',
        image: at('/photos/my%20cat.png'),
        strength: 0.5,
      };
      const answer = await closed.fetch('/v1/generation', jsonSubmission(fields));
      await expectProblem(answer, 'option_not_supported');
      expect(server.requests).toHaveLength(before);
    } finally {
      await closed.stop();
    }
  });
});
