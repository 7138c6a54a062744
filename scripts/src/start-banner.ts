import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model } from '@darkroom/contracts';
import { isOpenToOthers } from './listening-address.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { terminal } from './terminal.js';

export interface BannerFacts {
  readonly host: string;
  readonly url: string;
  readonly hasOwnRedis: boolean;
  readonly models: readonly Model[];
}

/** What `npm start` says once it serves: where, how to try it, and what not to expect. */
export function startBanner({ host, url, hasOwnRedis, models }: BannerFacts): string {
  const result = join(tmpdir(), 'overlay.jpg');
  const lines = [
    '',
    `${terminal.paint('bold', 'Darkroom serves at')} ${terminal.paint('cyan', url)}`,
    '',
    'Try it, from any folder:',
    `  ${curlLine(url, result)}`,
    `then look at ${result}. All calls are described at ${url}/docs`,
    '',
    `Models: ${models.map(({ id, demo }) => (demo ? `${id} (demo)` : id)).join(', ') || 'none; see models/'}`,
  ];
  if (models.some(({ demo }) => demo)) {
    lines.push(
      'Demo models know only simple drawn shapes, as in examples/pictures: photos make no sense to them.',
    );
  }
  if (hasOwnRedis)
    lines.push('Jobs are kept only while this runs; set REDIS_URL to a Redis of your own to keep them.');
  if (isOpenToOthers(host)) {
    lines.push(
      terminal.paint('yellow', `HOST is ${host}: other machines can reach it, and there are no keys yet.`),
    );
  }
  lines.push('Ctrl-C stops everything.', '');
  return lines.join('\n');
}

function curlLine(url: string, result: string): string {
  const picture = join(REPOSITORY_ROOT, 'examples', 'pictures', 'shapes-1.jpg');
  return `curl -F image=@${quoted(picture)} -H 'Accept: image/*' ${url}/v1/segmentation -o ${quoted(result)}`;
}

/** As one word of a shell, quoted only where it must be. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
