import { execFileSync } from 'node:child_process';
import { ExpectedFailure } from '../expected-failure.js';
import { nextVersion } from './next-version.js';
import { readVersion, writeVersion } from './package-versions.js';

const ATTEMPTS = 5;
const AUTHOR = [
  ['user.name', 'github-actions[bot]'],
  ['user.email', '41898282+github-actions[bot]@users.noreply.github.com'],
] as const;

export interface MergedPullRequest {
  readonly title: string;
  readonly number: number;
  /** The branch that it was merged into. */
  readonly branch: string;
}

/**
 * Raises the version as a merged pull request asks for: a commit on its branch and a tag, pushed together. Where another
 * release came first, it goes on top of that. One that was released already is not released again.
 * @param folder a clone whose working tree may be thrown away
 * @returns the version, or null where the title asks for none
 * @throws ExpectedFailure when it can't be pushed
 */
export function releasePullRequest(folder: string, merged: MergedPullRequest): string | null {
  // What git says of a failure is part of its message.
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  if (nextVersion('0.0.0', merged.title) === null) return null;
  for (let attempt = 1; ; attempt++) {
    git('fetch', '--quiet', 'origin', merged.branch);
    git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    const released = releasedVersion(merged.number);
    if (released !== null) return released;
    const version = commitVersion();
    try {
      git(
        'push',
        '--quiet',
        '--atomic',
        'origin',
        `HEAD:refs/heads/${merged.branch}`,
        `HEAD:refs/tags/v${version}`,
      );
      return version;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new ExpectedFailure(
          `version ${version} could not be pushed in ${ATTEMPTS} attempts: ${(error as Error).message}`,
        );
      }
    }
  }

  function commitVersion(): string {
    const version = nextVersion(readVersion(folder), merged.title)!;
    const manifests = git('ls-files', '-z', 'package.json', '*/package.json').split('\0').filter(Boolean);
    git('add', '--', ...writeVersion(folder, manifests, version));
    const author = AUTHOR.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    git(...author, 'commit', '--quiet', '--no-verify', '--message', subjectOf(version, merged.number));
    return version;
  }

  function releasedVersion(number: number): string | null {
    const subjects = git('log', '--format=%s').split('\n');
    const known = subjects.map((subject) => /^Version ([\d.]+) \(#(\d+)\)$/.exec(subject));
    return known.find((match) => match !== null && Number(match[2]) === number)?.[1] ?? null;
  }
}

function subjectOf(version: string, number: number): string {
  return `Version ${version} (#${number})`;
}
