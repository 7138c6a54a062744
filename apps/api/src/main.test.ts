import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '@darkroom/testkit';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../bundle/main.js', import.meta.url));

interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the api as it was built, which is to end by itself. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ending> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 };
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

describe('the api as a program', () => {
  it('tells what it takes', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const option of ['--host', '--port', '--log-level']) expect(stdout).toContain(option);
  });

  it('names all that is wrong with its configuration at once', async () => {
    const { code, stderr } = await run(['--port', 'http'], {
      MAX_UPLOAD_BYTES: 'lots',
      PUBLIC_URL: 'darkroom.example.org',
      REDIS_URL: 'localhost:6379',
      JOB_KEEP_SECONDS: '0',
      URL_TIMEOUT_SECONDS: '61',
      ALLOWED_PRIVATE_HOSTS: 'minio,10.0.0.0/8',
    });
    expect(code).toBe(2);
    for (const variable of [
      'PORT',
      'MAX_UPLOAD_BYTES',
      'PUBLIC_URL',
      'REDIS_URL',
      'JOB_KEEP_SECONDS',
      'URL_TIMEOUT_SECONDS',
      'ALLOWED_PRIVATE_HOSTS',
    ]) {
      expect(stderr).toMatch(new RegExp(`^ +${variable} takes .*, got "`, 'm'));
    }
  });

  it('says so when its port is taken', async () => {
    const port = await freePort();
    const holder = createServer().listen(port, '127.0.0.1');
    const { code, stdout } = await run(['--port', String(port)], {
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    });
    holder.close();
    expect([code, stdout]).toEqual([2, expect.stringMatching(`port ${port} of 127.0.0.1 is taken`)]);
  });
});
