import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resources } from '../resources.js';
import type { DarknetFiles } from './darknet-files.js';
import { LineProcess } from './line-process.js';
import type { Timed } from './timed-rounds.js';

const PROGRAM = 'darknet';

/**
 * Darknet's own program, which tells how long its network took for each photo that it is told to look at. It has one
 * thread, unless it was built with OpenMP.
 * @param folder for what it writes
 * @returns `null` where it is not installed
 */
export function startDarknet(
  { cfg, weights, names, classes }: DarknetFiles,
  photoFile: string,
  folder: string,
  resources: Resources,
): Timed | null {
  if (!isInstalled()) return null;
  const dataFile = join(folder, 'darknet.data');
  writeFileSync(dataFile, `classes=${classes}\n${names === null ? '' : `names=${names}\n`}`);
  const args = ['detector', 'test', dataFile, cfg, weights, '-thresh', '0.3', '-out', join(folder, 'out')];
  const program = resources.add(new LineProcess(PROGRAM, PROGRAM, args), (it) => it.stop());
  return {
    name: 'Darknet',
    async run(forMs) {
      const times: number[] = [];
      const beganMs = performance.now();
      do {
        const [, seconds] = await program.ask(photoFile, /Predicted in ([\d.]+) seconds/);
        times.push(Number(seconds) * 1000);
      } while (performance.now() - beganMs < forMs);
      return times;
    },
  };
}

function isInstalled(): boolean {
  try {
    execFileSync(PROGRAM, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
