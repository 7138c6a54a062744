import { describe, expect, it } from 'vitest';
import { nextVersion } from './next-version.js';

describe('the version after a pull request', () => {
  it.each([
    ['1.2.3', 'major: other paths', '2.0.0'],
    ['1.2.3', 'minor: a new task', '1.3.0'],
    ['1.2.3', 'fix: a leak', '1.2.4'],
    ['0.9.9', 'minor: x', '0.10.0'],
    ['0.1.0', 'major:', '1.0.0'],
    ['1.2.3', ' Fix: written large', '1.2.4'],
    ['1.2.3', 'minor:without a space', '1.3.0'],
  ])('%s, "%s": %s', (version, title, next) => {
    expect(nextVersion(version, title)).toBe(next);
  });

  it.each([
    '',
    'A new task',
    'docs: how to fix: things',
    'majority: of all',
    'fix a leak',
    'fix(api): a leak',
    'fix : a leak',
    'minor',
    '$(major:)',
    'xmajor: x',
  ])('is the same, and none is released, for "%s"', (title) => {
    expect(nextVersion('1.2.3', title)).toBeNull();
  });

  it.each(['1.2', 'v1.2.3', '1.2.3-rc', '01.2.3', ''])('is none after "%s"', (version) => {
    expect(() => nextVersion(version, 'fix: x')).toThrow('expected a version such as 1.2.3');
  });
});
