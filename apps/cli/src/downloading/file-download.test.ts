import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeS3Account, holdObject, refuse } from '../testing/fake-s3.js';
import { FileHost, sendBeginning, sendFile, sha256Of } from '../testing/file-host.js';
import { DOWNLOAD_LIMITS } from './download-limits.js';
import { type DownloadTools, FileDownload } from './file-download.js';
import { readModelAddress } from './model-address.js';
import type { S3Settings } from './s3-object.js';

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const LIMITS = { ...DOWNLOAD_LIMITS, stallMs: 1500, firstPauseMs: 1 };
const NO_S3: S3Settings = { region: 'us-east-1', endpoint: null, keys: null };

let host: FileHost;
let folder: string;
const agent = new Agent();

beforeEach(async () => {
  host = await FileHost.start();
  folder = await mkdtemp(join(tmpdir(), 'darkroom-download-'));
});
afterEach(async () => {
  await host.stop();
  await rm(folder, { recursive: true });
});

function download(word: string, tools: Partial<DownloadTools> = {}) {
  const all = {
    dispatcher: agent,
    s3: NO_S3,
    limits: LIMITS,
    signal: new AbortController().signal,
    onProgress: () => {},
    checkSpace: async () => {},
    ...tools,
  };
  return new FileDownload(readModelAddress(word, all.s3), join(folder, 'net.onnx'), all).run();
}

const written = () => readFile(join(folder, 'net.onnx'));

async function expectFailure(promise: Promise<unknown>, ...messages: RegExp[]): Promise<void> {
  const error: Error = await promise.then(
    () => new Error('it came'),
    (reason) => reason,
  );
  expect(error.name).toBe('CommandFailure');
  for (const message of messages) expect(error.message).toMatch(message);
  expect(await readdir(folder)).toEqual([]);
}

describe('FileDownload', () => {
  it('fetches a file, tells how far it is, and hashes what comes', async () => {
    const told: [number, number | null][] = [];
    const { bytes, sha256 } = await download(`${host.file('/net.onnx', BYTES)}#sha256=${sha256Of(BYTES)}`, {
      onProgress: (_, bytes, totalBytes) => told.push([bytes, totalBytes]),
    });
    expect({ bytes, sha256 }).toEqual({ bytes: BYTES.length, sha256: sha256Of(BYTES) });
    expect(await written()).toEqual(BYTES);
    expect(told.at(-1)).toEqual([BYTES.length, BYTES.length]);
  });

  it('goes on where a connection broke off', async () => {
    const ranges: unknown[] = [];
    const address = host.on('/net.onnx', (request, response) => {
      ranges.push(request.headers.range);
      if (ranges.length === 1) sendBeginning(response, BYTES, 100_000);
      else sendFile(request, response, BYTES);
    });
    await download(`${address}#sha256=${sha256Of(BYTES)}`);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(await written()).toEqual(BYTES);
  });

  it('begins again where there is another version of the file by then', async () => {
    const later = Buffer.from(BYTES).reverse().subarray(1000);
    const address = host.on('/net.onnx', (request, response) => {
      if (host.requested.length === 1) sendBeginning(response, BYTES, 200_000);
      else sendFile(request, response, later);
    });
    expect(await download(address)).toMatchObject({ bytes: later.length, sha256: sha256Of(later) });
    expect(await written()).toEqual(later);
  });

  it('refuses another part of a file than it asked for', async () => {
    const address = host.on('/net.onnx', (_, response) => {
      if (host.requested.length === 1) return sendBeginning(response, BYTES, 100_000);
      response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('abcde');
    });
    await expectFailure(download(address), /another part of the file/);
  });

  it('tries again when a host is busy', async () => {
    const address = host.on('/net.onnx', (request, response) => {
      if (host.requested.length < 3) response.writeHead(503).end();
      else sendFile(request, response, BYTES);
    });
    await download(address);
    expect(host.requested).toHaveLength(3);
  });

  it('gives up a file that always ends early, and leaves nothing', async () => {
    const address = host.on('/net.onnx', (_, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
    });
    await expectFailure(download(address), /the connection broke off after 1\.0 kB, 4 times in a row/);
  });

  it('gives up when nothing comes any more', async () => {
    const address = host.on('/net.onnx', (_, response) => {
      response.writeHead(200, { 'content-length': BYTES.length }).flushHeaders();
    });
    const limits = { ...LIMITS, stallMs: 300, maxFailures: 2 };
    await expectFailure(download(address, { limits }), /nothing came any more, 2 times in a row/);
  }, 20_000);

  it('removes a file with another hash, and tells both', async () => {
    const expected = 'c0'.repeat(32);
    const address = host.file('/net.onnx', BYTES);
    await expectFailure(
      download(`${address}#sha256=${expected}`),
      new RegExp(`expected {2}sha256 ${expected}`),
      new RegExp(`came {6}sha256 ${sha256Of(BYTES)}, 300\\.0 kB`),
    );
  });

  it('refuses what is too large, whether the host says so or not', async () => {
    const limits = { ...LIMITS, maxBytes: 200_000 };
    await expectFailure(download(host.file('/net.onnx', BYTES), { limits }), /at most 200\.0 kB.*300\.0 kB/);
    const endless = host.on('/endless.onnx', (_, response) => {
      response.writeHead(200, { etag: '"1"' });
      for (let part = 0; part < 10; part++) response.write(BYTES);
    });
    await expectFailure(download(endless, { limits }), /at most 200\.0 kB/);
  });

  it.each([
    [404, /the answer is 404 Not Found\. There is no such file: check the address/],
    [403, /the answer is 403 Forbidden\. It is not for everybody/],
    [401, /the answer is 401 Unauthorized/],
    [410, /the answer is 410 Gone/],
    [204, /the answer is 204 No Content/],
  ])('says what is wrong with an answer of %i', async (status, message) => {
    await expectFailure(
      download(host.on('/net.onnx', (_, response) => response.writeHead(status).end())),
      message,
    );
    expect(host.requested).toHaveLength(1);
  });

  it('refuses an empty file, and one that comes packed', async () => {
    await expectFailure(download(host.file('/empty.onnx', Buffer.alloc(0))), /the file is empty/);
    const packed = host.on('/packed.onnx', (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    await expectFailure(download(packed), /packed as "gzip", unasked/);
  });

  it('follows redirects, and takes passwords to no other host', async () => {
    const other = await FileHost.start();
    const seen: unknown[] = [];
    try {
      const target = other.on('/cdn/1234', (request, response) => {
        seen.push(request.headers.authorization);
        sendFile(request, response, BYTES);
      });
      const address = host.on('/net.onnx', (request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(302, { location: target }).end();
      });
      await download(address.replace('http://', 'http://me:secret@'));
      expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`, undefined]);
      expect(await written()).toEqual(BYTES);
    } finally {
      await other.stop();
    }
  });

  it('refuses redirects without end, and those to where the file could be changed', async () => {
    const round = host.on('/round.onnx', (_, response) =>
      response.writeHead(301, { location: '/round.onnx' }).end(),
    );
    await expectFailure(download(round), /redirects more than 5 times/);
    const away = host.on('/away.onnx', (_, response) =>
      response.writeHead(302, { location: 'http://192.0.2.1/net.onnx' }).end(),
    );
    await expectFailure(
      download(away),
      /redirects to http:\/\/192\.0\.2\.1\/net\.onnx, where anybody on the way/,
    );
  });

  it('says that nothing answers, after some attempts', async () => {
    const { origin } = host;
    await host.stop();
    await expectFailure(download(`${origin}/net.onnx`), /nothing answers at that port of the host, 4 times/);
    host = await FileHost.start();
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const stop = new AbortController();
    const address = host.on('/net.onnx', (_, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 1000), () => stop.abort());
    });
    await expect(download(address, { signal: stop.signal })).rejects.toThrow(/abort/);
    expect(await readdir(folder)).toEqual([]);
  });
});

const ACCOUNT: FakeS3Account = {
  accessKeyId: 'AKIDTEST',
  secretAccessKey: 'wJalr/XUtn+FEMI',
  region: 'eu-west-3',
};

describe('FileDownload from S3', () => {
  const settings = (changes: Partial<FakeS3Account> = {}): S3Settings => {
    const { region, accessKeyId, secretAccessKey, sessionToken } = { ...ACCOUNT, ...changes };
    return { region, endpoint: new URL(host.origin), keys: { accessKeyId, secretAccessKey, sessionToken } };
  };

  it.each([
    ['s3://models/net.onnx', '/models/net.onnx'],
    ["s3://models/a b/ü+(1)!*'~.onnx", '/models/a%20b/%C3%BC%2B%281%29%21%2A%27~.onnx'],
  ])('signs the request for %s as S3 computes it', async (word, path) => {
    holdObject(host, path, BYTES, ACCOUNT);
    await download(word, { s3: settings() });
    expect(await written()).toEqual(BYTES);
  });

  it('signs with the token of keys that are lent', async () => {
    holdObject(host, '/models/net.onnx', BYTES, { ...ACCOUNT, sessionToken: 'lent/+=' });
    await download('s3://models/net.onnx', { s3: settings({ sessionToken: 'lent/+=' }) });
    expect(await written()).toEqual(BYTES);
  });

  it('signs anew for the rest of an object', async () => {
    host.on('/models/broken.onnx', (_, response) => {
      holdObject(host, '/models/broken.onnx', BYTES, ACCOUNT);
      sendBeginning(response, BYTES, 100_000);
    });
    await download('s3://models/broken.onnx', { s3: settings() });
    expect(host.requested).toHaveLength(2);
    expect(await written()).toEqual(BYTES);
  });

  it('does not sign without keys', async () => {
    holdObject(host, '/open/net.onnx', BYTES, null);
    await download('s3://open/net.onnx', { s3: { ...settings(), keys: null } });
    expect(await written()).toEqual(BYTES);
  });

  it.each([
    [
      'other keys',
      { secretAccessKey: 'other' },
      /403 Forbidden \(SignatureDoesNotMatch\)\. Whoever has this AWS_ACCESS_KEY_ID/,
    ],
    ['another region', { region: 'us-east-1' }, /\(AuthorizationHeaderMalformed\).*check the region/],
  ])('tells what S3 says to %s', async (_, changes, message) => {
    holdObject(host, '/models/net.onnx', BYTES, ACCOUNT);
    await expectFailure(download('s3://models/net.onnx', { s3: settings(changes) }), message);
  });

  it('says what to set when a request that is not signed is refused, or another region is meant', async () => {
    holdObject(host, '/models/net.onnx', BYTES, ACCOUNT);
    const s3 = { ...settings(), keys: null };
    await expectFailure(download('s3://models/net.onnx', { s3 }), /not signed: set AWS_ACCESS_KEY_ID/);
    host.on('/far/net.onnx', (_, response) => {
      response.setHeader('x-amz-bucket-region', 'ap-south-1');
      refuse(response, 301, 'PermanentRedirect');
    });
    await expectFailure(download('s3://far/net.onnx', { s3 }), /in ap-south-1: set AWS_REGION=ap-south-1/);
  });

  it('tells of an object that is not there', async () => {
    host.on('/models/none.onnx', (_, response) => refuse(response, 404, 'NoSuchKey'));
    await expectFailure(download('s3://models/none.onnx', { s3: settings() }), /404 Not Found \(NoSuchKey\)/);
  });

  it('sends no signature to where S3 redirects', async () => {
    const other = await FileHost.start();
    try {
      const seen: unknown[] = [];
      const target = other.on('/net.onnx', (request, response) => {
        seen.push(request.headers.authorization, request.headers['x-amz-security-token']);
        sendFile(request, response, BYTES);
      });
      host.on('/models/net.onnx', (_, response) => response.writeHead(307, { location: target }).end());
      await download('s3://models/net.onnx', { s3: settings({ sessionToken: 'lent' }) });
      expect(seen).toEqual([undefined, undefined]);
    } finally {
      await other.stop();
    }
  });
});
