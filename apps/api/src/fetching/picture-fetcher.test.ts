import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answering, PictureServer, picture, redirect } from '../testing/picture-server.js';
import { ScriptedNetwork } from '../testing/scripted-network.js';
import { AddressGuard } from './address-guard.js';
import { AllowedHosts } from './allowed-hosts.js';
import type { LookUp } from './guarded-connector.js';
import { PictureFetcher } from './picture-fetcher.js';

const BYTES = Buffer.from('the bytes of a picture');
const LIMITS = { maxBytes: BYTES.length, timeoutMs: 5_000 };
const never = () => new AbortController().signal;

const ANSWERS: Readonly<Record<string, Answering>> = {
  '/cat.png': picture(BYTES),
  '/chunked': (response) => {
    response.write(BYTES.subarray(0, 5));
    response.end(BYTES.subarray(5));
  },
  '/identity': (response) => response.writeHead(200, { 'content-encoding': 'Identity' }).end(BYTES),
  '/more-than-it-says': ({ socket }) =>
    socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfive!and more'),
  '/announced': (response) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    picture(BYTES)(response, response.req);
  },
  '/5': redirect('/4', 301),
  '/4': redirect('3', 303),
  '/3': redirect('?again', 307),
  '/one-byte-more': picture(Buffer.concat([BYTES, Buffer.of(0)])),
  '/silent': () => {},
};

let server: PictureServer;
let network: ScriptedNetwork;

beforeEach(async () => {
  server = await PictureServer.start({
    ...ANSWERS,
    // Leads to itself once, and on with a query.
    '/3': (response, request) =>
      redirect(request.url === '/3' ? '?again' : `http://pictures.test:${server.port}/cat.png`, 308)(
        response,
        request,
      ),
  });
  network = new ScriptedNetwork({ 'pictures.test': [['127.0.0.1']], 'both.test': [['::1', '127.0.0.1']] });
});
afterEach(() => server.stop());

const fetcherOf = (allowed: string, limits = LIMITS) =>
  new PictureFetcher(new AddressGuard(AllowedHosts.parse(allowed)), limits, network);

function fetchAllowed(path: string, host = 'pictures.test') {
  return fetcherOf('pictures.test,both.test').fetch(
    `http://${host}:${server.port}${path}`,
    '#/image',
    never(),
  );
}

describe('a picture that a URL names', () => {
  it('is fetched, as what it is asked for and named after its path', async () => {
    expect(await fetchAllowed('/cat.png?size=large')).toEqual({ bytes: BYTES, fileName: 'cat.png' });
    expect(server.requests).toHaveLength(1);
    const [{ method, url, headers }] = server.requests as [(typeof server.requests)[0]];
    expect([method, url]).toEqual(['GET', '/cat.png?size=large']);
    expect(headers).toEqual({
      host: `pictures.test:${server.port}`,
      connection: 'keep-alive',
      accept: 'image/*, */*;q=0.1',
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/^Darkroom\/\d/),
    });
  });

  it.each(['/chunked', '/identity', '/announced'])('can come in any way that HTTP has: %s', async (path) => {
    expect((await fetchAllowed(path)).bytes).toEqual(BYTES);
  });

  it('has the length that its head says, whatever comes behind it', async () => {
    expect((await fetchAllowed('/more-than-it-says')).bytes.toString()).toBe('five!');
  });

  it('is followed over five redirects, and keeps the name that was asked for', async () => {
    expect(await fetchAllowed('/5')).toEqual({ bytes: BYTES, fileName: '5' });
    expect(server.requests.map(({ url }) => url)).toEqual(['/5', '/4', '/3', '/3?again', '/cat.png']);
  });

  it('may have as many bytes as are allowed, and not one more', async () => {
    await expect(fetchAllowed('/one-byte-more')).rejects.toMatchObject({
      code: 'upload_too_large',
      message: expect.stringContaining(
        `may have ${BYTES.length} bytes (MAX_UPLOAD_BYTES of the service), ${BYTES.length + 1} came`,
      ),
    });
  });

  it('comes from whichever address of its host answers', async () => {
    expect((await fetchAllowed('/cat.png', 'both.test')).bytes).toEqual(BYTES);
  });

  it('is dialled where its name was found to lead, and not where the machine would look', async () => {
    expect((await fetchAllowed('/cat.png')).bytes).toEqual(BYTES);
    expect(network.lookedUp).toEqual(['pictures.test']);
    expect(network.dialled).toEqual([server.host]);
  });
});

describe('a picture that does not come', () => {
  const failure = (url: string, limits = LIMITS, signal = never()) =>
    fetcherOf('127.0.0.1,pictures.test', limits)
      .fetch(url, '#/image/url', signal)
      .catch((error: unknown) => error);

  it('is told by its URL without secrets, with a pointer to the field', async () => {
    const error = await failure(`http://${server.host}/dog.png?token=s3cret`);
    expect(error).toMatchObject({ code: 'url_not_fetched', fields: [{ pointer: '#/image/url' }] });
    expect((error as Error).message).toBe(
      `http://${server.host}/dog.png?… could not be fetched: the answer is 404 Not Found. Check the URL, or send the picture itself.`,
    );
  });

  it('because its host is unknown, or nothing answers there, is told so', async () => {
    expect(await failure('http://nobody.test/')).toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('no host of that name is known'),
    });
    const { port } = server;
    server.stop();
    expect(await failure(`http://127.0.0.1:${port}/`)).toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('nothing answers at that port'),
    });
  });

  it('because https is spoken to what speaks http is told so', async () => {
    expect(await failure(`https://${server.host}/`)).toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('no encrypted connection came about'),
    });
  });

  it('is not waited for any longer than the request', async () => {
    const hangUp = new AbortController();
    const failed = failure(`http://${server.host}/silent`, LIMITS, hangUp.signal);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    hangUp.abort();
    expect(await failed).toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('ended before'),
    });
    await vi.waitFor(async () => expect(await server.connections()).toBe(0));
  });

  it('is not dialled any more when looking its host up took too long', async () => {
    let lookedUp = false;
    const slow: LookUp = async () => {
      await sleep(300);
      lookedUp = true;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const { dial } = network;
    const guard = new AddressGuard(AllowedHosts.parse('slow.test'));
    const fetcher = new PictureFetcher(guard, { ...LIMITS, timeoutMs: 100 }, { lookUp: slow, dial });
    await expect(
      fetcher.fetch(`http://slow.test:${server.port}/cat.png`, '#/image', never()),
    ).rejects.toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('within 0.1 seconds (URL_TIMEOUT_SECONDS of the service)'),
    });
    await vi.waitFor(() => expect(lookedUp).toBe(true));
    await sleep(20);
    expect(network.dialled).toEqual([]);
  });

  it('is not waited for where no connection comes about', async () => {
    const guard = new AddressGuard(AllowedHosts.parse('127.0.0.1'));
    const silent = { lookUp: network.lookUp, dial: () => {} };
    const fetcher = new PictureFetcher(guard, { ...LIMITS, timeoutMs: 100 }, silent);
    await expect(fetcher.fetch(`http://${server.host}/cat.png`, '#/image', never())).rejects.toMatchObject({
      code: 'url_not_fetched',
      message: expect.stringContaining('within 0.1 seconds'),
    });
  });

  it('since nothing is to be fetched is refused whatever its URL', async () => {
    const fetcher = fetcherOf('pictures.test', { ...LIMITS, timeoutMs: 0 });
    await expect(fetcher.fetch('http://pictures.test/', '#/image', never())).rejects.toMatchObject({
      code: 'option_not_supported',
      message: expect.stringContaining('URL_TIMEOUT_SECONDS is 0'),
    });
    expect(network.lookedUp).toEqual([]);
  });
});

describe('the machine itself', () => {
  it('is asked for names where nothing else is given, and does not find a way in', async () => {
    const guard = new AddressGuard(AllowedHosts.parse(''));
    const fetcher = new PictureFetcher(guard, LIMITS);
    await expect(
      fetcher.fetch(`http://localhost:${server.port}/cat.png`, '#/image', never()),
    ).rejects.toMatchObject({
      code: 'url_not_allowed',
      message: expect.stringContaining('localhost leads to a loopback address'),
    });
    expect(server.requests).toEqual([]);
  });
});
