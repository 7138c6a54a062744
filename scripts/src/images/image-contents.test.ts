import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageConfig } from './buildah.js';
import { developmentOnly, findImageProblems, WHAT_RUNS_NETWORKS } from './image-contents.js';

const GOOD: ImageConfig = {
  User: '1000:1000',
  Env: ['NODE_ENV=production'],
  Entrypoint: null,
  Cmd: ['node'],
  WorkingDir: '/app',
  Healthcheck: { Test: ['CMD', 'true'] },
  Labels: null,
};

describe('the contents of an image', () => {
  let root: string;
  const folders = (...paths: string[]) => {
    for (const path of paths) mkdirSync(join(root, 'app', path), { recursive: true });
  };
  const problems = (config: Partial<ImageConfig> = {}) =>
    findImageProblems(root, { ...GOOD, ...config }, [developmentOnly(), WHAT_RUNS_NETWORKS]);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'darkroom-image-'));
    folders('node_modules/.pnpm/fastify@5.12.8', 'apps/api/dist', 'packages/jobs/dist');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are in order with what runs and nothing else', () => {
    expect(problems()).toEqual([]);
  });

  it('are in order with declarations of types, which libraries bring', () => {
    folders('node_modules/.pnpm/@types+node@20.19.43');
    expect(problems()).toEqual([]);
  });

  it('are not with a compiler, ONNX Runtime or sources', () => {
    folders(
      'node_modules/.pnpm/typescript@7.0.2',
      'node_modules/.pnpm/@biomejs+biome@2.6.8',
      'node_modules/.pnpm/onnxruntime-node@1.30.0',
      'packages/testkit',
      'packages/jobs/src',
    );
    expect(problems()).toEqual([
      'the package @biomejs/biome is installed',
      'the package typescript is installed',
      'the package onnxruntime-node is installed',
      '/app/packages/testkit is there',
      'sources are left in /app/packages/jobs/src',
    ]);
  });

  it.each(['', 'root', '0:0', '1000'])('are not when the user is "%s"', (User) => {
    expect(problems({ User })).toEqual([`its user is "${User}", not a number above 0`]);
  });

  it('are not without a health check', () => {
    const { Healthcheck: _, ...config } = GOOD;
    expect(findImageProblems(root, config, [])).toEqual(['it has no health check']);
  });
});
