import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelManifest } from '@darkroom/contracts';
import { type CommandOutcome, runDarkroom } from './run-darkroom.js';

/** A folder for models and another for what is to be added, with commands that run on them. */
export class TestFolder {
  readonly models: string;

  private constructor(readonly root: string) {
    this.models = join(root, 'models');
  }

  static async create(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), 'darkroom-cli-')));
  }

  /** Writes a file. @returns its path */
  async file(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.root, 'sources', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandOutcome> {
    return runDarkroom(args, { cwd: this.root, env: { DARKROOM_MODELS_DIR: this.models, ...env } });
  }

  /** Adds a model and interrupts it once its folder is begun. */
  async addInterrupted(path: string): Promise<CommandOutcome> {
    const begun = async () => {
      while (!(await this.modelsFound()).some((name) => name.startsWith('.adding-'))) await sleep(20);
      // Long enough for the graph to run.
      await sleep(5_000);
    };
    const env = { DARKROOM_MODELS_DIR: this.models };
    return runDarkroom(['models', 'add', path], { cwd: this.root, env, interruptOn: begun() });
  }

  add(path: string, ...options: string[]): Promise<CommandOutcome> {
    return this.run(['models', 'add', path, ...options]);
  }

  /** Adds what must be addable. @returns the command’s JSON */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
  async added(path: string, ...options: string[]): Promise<any> {
    const { exitCode, stdout, stderr } = await this.add(path, ...options);
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  async manifest(id: string): Promise<ModelManifest> {
    return JSON.parse(await readFile(join(this.models, id, 'model.json'), 'utf8'));
  }

  /** All that is in the models’ folder, hidden files too. */
  async modelsFound(): Promise<string[]> {
    return (await readdir(this.models).catch(() => [])).sort();
  }

  async delete(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
