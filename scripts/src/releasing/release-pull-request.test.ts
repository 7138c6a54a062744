import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../repository-root.js';
import { readVersion } from './package-versions.js';
import { releasePullRequest } from './release-pull-request.js';

const AUTHOR = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];

let root: string;
let origin: string;
let clone: string;

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', [...AUTHOR, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();

function write(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
}

const manifest = (version: string, more = '') =>
  `{\n  "name": "x",\n  "version": "${version}",\n  "files": ["a", "b"]${more}\n}\n`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'darkroom-release-'));
  origin = join(root, 'origin.git');
  clone = join(root, 'clone');
  git(root, 'init', '--quiet', '--bare', '--initial-branch', 'main', origin);
  git(root, 'clone', '--quiet', origin, clone);
  git(clone, 'checkout', '--quiet', '-B', 'main');
  write('package.json', manifest('0.1.0', ',\n  "engines": { "version": "0.1.0" }'));
  write('apps/api/package.json', manifest('0.1.0'));
  write('examples/package.json', manifest('7.0.0'));
  write('unnumbered/package.json', '{ "name": "y" }\n');
  git(clone, 'add', '.');
  git(clone, 'commit', '--quiet', '--message', 'first');
  git(clone, 'push', '--quiet', 'origin', 'main');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const release = (title: string, number = 12) => releasePullRequest(clone, { title, number, branch: 'main' });
const onOrigin = (path: string, at = 'main') => git(origin, 'show', `${at}:${path}`);
const tags = () => git(origin, 'tag').split('\n').filter(Boolean);

describe('a merged pull request', () => {
  it('raises every manifest of the repository’s version, and nothing else', () => {
    expect(release('minor: a new task')).toBe('0.2.0');
    expect(onOrigin('package.json')).toBe(manifest('0.2.0', ',\n  "engines": { "version": "0.1.0" }').trim());
    expect(onOrigin('apps/api/package.json')).toBe(manifest('0.2.0').trim());
    expect(onOrigin('examples/package.json')).toBe(manifest('7.0.0').trim());
    expect(git(origin, 'show', '--stat', '--format=%s', 'main')).toMatch(
      /^Version 0\.2\.0 \(#12\)\n[\s\S]*2 files changed, 2 insertions\(\+\), 2 deletions\(-\)$/,
    );
    expect(tags()).toEqual(['v0.2.0']);
    expect(git(origin, 'rev-parse', 'v0.2.0')).toBe(git(origin, 'rev-parse', 'main'));
  });

  it('without a word releases nothing', () => {
    const before = git(origin, 'rev-parse', 'main');
    expect(release('A new task, "; touch $HOME/x; $(major:)')).toBeNull();
    expect([git(origin, 'rev-parse', 'main'), tags()]).toEqual([before, []]);
  });

  it('follows the one before', () => {
    expect(['fix: a', 'fix: b', 'major: c'].map((title, i) => release(title, i + 1))).toEqual([
      '0.1.1',
      '0.1.2',
      '1.0.0',
    ]);
    expect(tags()).toEqual(['v0.1.1', 'v0.1.2', 'v1.0.0']);
  });

  it('is released once, whatever is run again', () => {
    expect(release('fix: a')).toBe('0.1.1');
    expect(release('minor: b', 13)).toBe('0.2.0');
    expect(release('fix: a')).toBe('0.1.1');
    expect(tags()).toEqual(['v0.1.1', 'v0.2.0']);
  });

  it('goes on top of what was pushed meanwhile', () => {
    const other = join(root, 'other');
    git(root, 'clone', '--quiet', origin, other);
    expect(releasePullRequest(other, { title: 'minor: other', number: 11, branch: 'main' })).toBe('0.2.0');
    git(origin, 'update-ref', 'refs/heads/main', 'main~1');
    // Between fetch and push, the other release comes.
    const hook = join(clone, '.git', 'hooks', 'pre-push');
    writeFileSync(
      hook,
      `#!/bin/sh\n[ -e "${root}/pushed" ] && exit 0\ntouch "${root}/pushed"\nunset GIT_DIR\ngit -C "${other}" push --quiet origin main\n`,
    );
    chmodSync(hook, 0o755);
    expect(release('fix: ours')).toBe('0.2.1');
    expect(git(origin, 'log', '--format=%s', 'main').split('\n')).toEqual([
      'Version 0.2.1 (#12)',
      'Version 0.2.0 (#11)',
      'first',
    ]);
    expect(tags()).toEqual(['v0.2.0', 'v0.2.1']);
  });

  it('that can’t be pushed leaves neither commit nor tag', () => {
    writeFileSync(join(origin, 'hooks', 'update'), '#!/bin/sh\ncase "$1" in refs/tags/*) exit 1;; esac\n');
    chmodSync(join(origin, 'hooks', 'update'), 0o755);
    const before = git(origin, 'rev-parse', 'main');
    expect(() => release('fix: a')).toThrow('version 0.1.1 could not be pushed in 5 attempts');
    expect([git(origin, 'rev-parse', 'main'), tags()]).toEqual([before, []]);
  });
});

describe('this repository', () => {
  it('has one version in all its manifests', () => {
    const inFolder = (folder: string) =>
      readdirSync(join(REPOSITORY_ROOT, folder)).map((name) => `${folder}/${name}`);
    const folders = ['.', 'scripts', 'bench', ...inFolder('apps'), ...inFolder('packages')];
    const versions = folders.map((folder) => readVersion(join(REPOSITORY_ROOT, folder)));
    expect(new Set(versions).size).toBe(1);
  });

  it('runs the script with the title out of reach of the shell', () => {
    const workflow = readFileSync(join(REPOSITORY_ROOT, '.github/workflows/release.yml'), 'utf8');
    expect(workflow).toContain('node scripts/dist/release.js "$TITLE" "$NUMBER" "$BRANCH"');
    const expressions = [...workflow.matchAll(/^.*\$\{\{.*$/gm)].map(([line]) => line.trim());
    expect(expressions.filter((line) => !/^(ref|[A-Z_]+): (v?)\$\{\{ [\w.]+ \}\}$/.test(line))).toEqual([]);
  });
});
