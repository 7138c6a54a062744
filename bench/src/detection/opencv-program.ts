import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Resources } from '../resources.js';
import type { DarknetFiles } from './darknet-files.js';
import { LineProcess } from './line-process.js';
import type { Timed } from './timed-rounds.js';

const SCRIPT = fileURLToPath(new URL('../../src/detection/opencv-inference.py', import.meta.url));
/** The system's first: that is where packages of a distribution are. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** A Python that knows OpenCV. */
export interface Python {
  readonly command: string;
  readonly opencvVersion: string;
}

export function findPythonWithOpencv(): Python | null {
  for (const command of PYTHONS) {
    try {
      const version = execFileSync(command, ['-c', 'import cv2; print(cv2.__version__)'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return { command, opencvVersion: version.trim() };
    } catch {
      // The next one may have it.
    }
  }
  return null;
}

/** OpenCV's dnn module with the very files of Darknet. */
export function startOpencv(
  { command, opencvVersion }: Python,
  { cfg, weights, width, height }: DarknetFiles,
  photoFile: string,
  threads: number,
  resources: Resources,
): Timed {
  const args = [SCRIPT, cfg, weights, photoFile, String(width), String(height), String(threads)];
  const program = resources.add(new LineProcess('OpenCV', command, args), (it) => it.stop());
  return {
    name: `OpenCV dnn ${opencvVersion}`,
    async run(forMs) {
      const [times] = await program.ask(String(forMs), /^\[.*\]$/);
      return JSON.parse(times) as number[];
    },
  };
}
