import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectedFailure } from './expected-failure.js';

/** Lists what the demo has written, so that the next one knows what it may remove. */
const RECORD = '.darkroom-demo.json';

/** The folder of the demo's results. It is emptied of what an earlier demo wrote there, and of nothing else. */
export class DemoOutput {
  readonly folder: string;
  readonly #written: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of this.#readRecord()) {
      if (isPlainName(name)) rmSync(join(folder, name), { force: true });
    }
    this.#writeRecord();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Reserves a name and gives its path. It is recorded before there is a file: what a demo that dies leaves
   * behind, the next one finds.
   *
   * @throws ExpectedFailure when a file of that name is there which no demo has written
   */
  claim(name: string): string {
    if (!isPlainName(name)) throw new Error(`not the name of a file within a folder: ${name}`);
    const path = this.path(name);
    if (!this.#written.includes(name)) {
      if (exists(path))
        throw new ExpectedFailure(`${path} was not written by the demo. Move it away, then try again.`);
      this.#written.push(name);
      this.#writeRecord();
    }
    return path;
  }

  write(name: string, content: Uint8Array | string): void {
    writeFileSync(this.claim(name), content);
  }

  #readRecord(): string[] {
    try {
      const record: unknown = JSON.parse(readFileSync(this.path(RECORD), 'utf8'));
      const { files } = record as { files?: unknown };
      return Array.isArray(files) ? files.filter((name) => typeof name === 'string') : [];
    } catch {
      return [];
    }
  }

  #writeRecord(): void {
    writeFileSync(this.path(RECORD), `${JSON.stringify({ files: this.#written }, null, 2)}\n`);
  }
}

function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
