import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.js';
import { pingRedis } from './ping-redis.js';
import { type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from './private-redis.js';

const started: PrivateRedis[] = [];

async function start(options: PrivateRedisOptions = {}) {
  const redis = await startPrivateRedis(options);
  started.push(redis);
  return redis;
}

async function ask(redis: { url: string }, ...command: [string, ...string[]]) {
  const client = new Redis(redis.url, { retryStrategy: null });
  client.on('error', () => {});
  try {
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

function runs(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
}

describe('a private Redis', () => {
  afterEach(() => Promise.all(started.splice(0).map((redis) => redis.stop())));

  it('refuses to evict and writes no snapshots', async () => {
    const redis = await start();
    expect(await ask(redis, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await ask(redis, 'CONFIG', 'GET', 'save')).toEqual(['save', '']);
    expect(await ask(redis, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  it('leaves neither process nor folder behind when it is stopped', async () => {
    const redis = await start({ appendOnly: true });
    const [, folder] = (await ask(redis, 'CONFIG', 'GET', 'dir')) as [string, string];
    expect(existsSync(folder)).toBe(true);
    const { pid } = redis;
    await redis.stop();
    expect(runs(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await expect(pingRedis(redis.url)).rejects.toThrow('ECONNREFUSED');
  });

  it('comes back on the same port with what it knew after it was killed', async () => {
    const redis = await start({ appendOnly: true });
    const { port, pid } = redis;
    await ask(redis, 'SET', 'word', 'kept');
    await redis.kill('SIGKILL');
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await ask(redis, 'GET', 'word')).toBe('kept');
  });

  it('keeps its data in a folder that is given, and holds no more than it may', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-kept-redis-'));
    try {
      const redis = await start({ appendOnly: true, folder, maxMemory: '64mb' });
      expect(await ask(redis, 'CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(64 * 1024 ** 2)]);
      await ask(redis, 'SET', 'word', 'kept');
      await redis.stop();
      expect(await ask(await start({ appendOnly: true, folder }), 'GET', 'word')).toBe('kept');
    } finally {
      await Promise.all(started.splice(0).map((redis) => redis.stop()));
      await rm(folder, { recursive: true });
    }
  });

  it('reports its death only when nobody asked for it', async () => {
    const deaths: string[] = [];
    const redis = await start({ onDeath: (reason) => deaths.push(reason) });
    await redis.restart();
    expect(deaths).toEqual([]);
    process.kill(redis.pid, 'SIGKILL');
    expect(await until(() => deaths.length > 0, 20_000)).toBe(true);
    expect(deaths).toEqual(['killed by SIGKILL']);
  });

  it('says why it cannot start on a port that is taken', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await expect(startPrivateRedis({ port })).rejects.toThrow(/address already in use/i);
    other.close();
  });

  it('goes away, folder and all, when its owner is killed', async () => {
    const script = `
      const { startPrivateRedis } = await import(process.argv[1]);
      const redis = await startPrivateRedis();
      console.log(redis.pid, redis.url);
      setInterval(() => {}, 1000);`;
    const built = fileURLToPath(new URL('../dist/private-redis.js', import.meta.url));
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, built], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const [pid, url] = line.toString().trim().split(' ');
    const [, folder] = (await ask({ url: url! }, 'CONFIG', 'GET', 'dir')) as [string, string];
    expect(runs(Number(pid))).toBe(true);
    owner.kill('SIGKILL');
    expect(await until(() => !runs(Number(pid)), 20_000)).toBe(true);
    expect(await until(() => !existsSync(folder), 20_000)).toBe(true);
  });
});
