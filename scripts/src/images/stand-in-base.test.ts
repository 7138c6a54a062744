import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../repository-root.js';
import { baseImageOf } from './stand-in-base.js';

describe('the base image', () => {
  it('is the same for all images', () => {
    const [api, worker] = ['Dockerfile.api', 'Dockerfile.worker'].map((name) =>
      baseImageOf(readFileSync(join(REPOSITORY_ROOT, name), 'utf8')),
    );
    expect(api).toEqual(worker);
  });

  it('is read with the release of Debian that is in its name', () => {
    expect(baseImageOf('# …\nARG NODE_IMAGE=node:22-trixie-slim\n')).toEqual({
      name: 'node:22-trixie-slim',
      release: 'trixie',
    });
  });

  it('is asked for where it is missing', () => {
    expect(() => baseImageOf('FROM node:22-trixie-slim\n')).toThrow(/expected a line like "ARG NODE_IMAGE=/);
  });
});
