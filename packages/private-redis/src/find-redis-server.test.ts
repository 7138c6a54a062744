import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRedisServer } from './find-redis-server.js';

describe('the search for a Redis server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-path-'));
    await mkdir(join(folder, 'first'));
    await mkdir(join(folder, 'second'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const searchPath = () => `${folder}/first::${folder}/missing:${folder}/second`;

  async function program(path: string, mode = 0o755) {
    await writeFile(join(folder, path), '#!/bin/sh\n');
    await chmod(join(folder, path), mode);
    return join(folder, path);
  }

  it('finds Redis, and Valkey where there is no Redis', async () => {
    const valkey = await program('first/valkey-server');
    expect(findRedisServer(searchPath())).toBe(valkey);
    const redis = await program('second/redis-server');
    expect(findRedisServer(searchPath())).toBe(redis);
  });

  it('passes over folders and files that cannot be run', async () => {
    await mkdir(join(folder, 'first/redis-server'));
    await program('second/redis-server', 0o644);
    expect(findRedisServer(searchPath())).toBeNull();
  });
});
