import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { releasePullRequest } from './releasing/release-pull-request.js';
import { REPOSITORY_ROOT } from './repository-root.js';

/*
 * `node scripts/dist/release.js <title> <number> <branch>`: raises the version as the title of a merged pull request says,
 * and pushes commit and tag. Prints the version, or nothing. It throws changes in the checkout away: .github/workflows/release.yml
 * runs it.
 */
await runAsScript(async () => {
  const [title, number, branch] = process.argv.slice(2);
  if (title === undefined || !/^\d+$/.test(number ?? '') || !branch) {
    throw new ExpectedFailure('expected the title, the number and the branch of a merged pull request');
  }
  const version = releasePullRequest(REPOSITORY_ROOT, { title, number: Number(number), branch });
  if (version !== null) process.stdout.write(`${version}\n`);
});
