import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type System, systemFamilies } from './installation-advice.js';

/** The machine we run on. */
export function thisSystem(searchPath: string): System {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return {
    isRoot: process.getuid?.() === 0,
    families: systemFamilies(readIfThere('/etc/os-release')),
    hasProgram: (name) => folders.some((folder) => isExecutable(join(folder, name))),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
