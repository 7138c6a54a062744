import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REPOSITORY_ROOT } from './repository-root.js';

vi.setConfig({ testTimeout: 60_000 });

const SCRIPT = join(REPOSITORY_ROOT, 'scripts', 'entrypoint.sh');
const GRAPH = join(REPOSITORY_ROOT, 'models', 'shapes-seg', 'shapes-seg.onnx');
/** In place of a worker: tells who it is and what it was given, and ends as it is told. */
const STAND_IN = 'console.log(process.pid, process.argv.slice(1).join("|")); process.exit(7)';

let models: string;
let server: Server;
let answersNothing: Promise<unknown>;

beforeEach(async () => {
  models = mkdtempSync(join(tmpdir(), 'darkroom-entrypoint-'));
  server = createServer((request, response) => {
    if (request.url === '/shore.onnx') {
      response.end(readFileSync(GRAPH));
    } else if (request.url !== '/slow.onnx') response.writeHead(404).end();
  });
  answersNothing = once(server, 'request');
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(models, { recursive: true });
});

function start(sources: string): {
  child: ChildProcess;
  ended: Promise<{ code: number; out: string; err: string }>;
} {
  const child = spawn('sh', [SCRIPT, process.execPath, '--eval', STAND_IN, 'serve', 'two words'], {
    cwd: '/',
    env: { PATH: process.env.PATH, DARKROOM_MODELS_DIR: models, DARKROOM_MODEL_SOURCES: sources },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout!.on('data', (text) => {
    said.out += text;
  });
  child.stderr!.on('data', (text) => {
    said.err += text;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...said })) };
}

const address = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

describe('entrypoint.sh', () => {
  it('becomes what it is given, at once where no models are named', async () => {
    const { child, ended } = start('');
    expect(await ended).toEqual({ code: 7, out: `${child.pid} serve|two words\n`, err: '' });
  });

  it('brings in the models that are named before', async () => {
    const { child, ended } = start(address('/shore.onnx'));
    const { code, out, err } = await ended;
    expect({ code, out }, err).toEqual({ code: 7, out: `${child.pid} serve|two words\n` });
    expect(existsSync(join(models, 'shore', 'model.json'))).toBe(true);
  });

  it('does not start where one cannot be brought in', async () => {
    const { code, out, err } = await start(address('/none.onnx')).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/404 Not Found[\s\S]*not started: a model of DARKROOM_MODEL_SOURCES/);
  });

  it('ends when it is told to while models come, and leaves nothing of them', async () => {
    const { child, ended } = start(address('/slow.onnx'));
    await answersNothing;
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143, out: '' });
    expect(readdirSync(models)).toEqual([]);
  });
});
