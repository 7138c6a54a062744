import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AskedProcess } from '../asked-process.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import type { Place } from './prompt-places.js';
import type { SamModelFolder } from './sam-model-folder.js';
import type { FromTransformers, ToTransformers, TransformersAnswer } from './transformers-messages.js';

const PACKAGE = '@huggingface/transformers';
/** With the ONNX Runtime that Darkroom has. */
const VERSION = '4.3.1';

/** `@huggingface/transformers` with a model open, in a process of its own. */
export class TransformersJs {
  readonly version: string;
  readonly #process: AskedProcess<ToTransformers, FromTransformers>;

  private constructor(process: AskedProcess<ToTransformers, FromTransformers>, version: string) {
    this.#process = process;
    this.version = version;
  }

  /** @param installation a folder where it is, or will be installed */
  static async open(
    installation: string,
    { modelsFolder, id }: SamModelFolder,
    threads: number,
    resources: Resources,
  ): Promise<TransformersJs> {
    await install(installation);
    const main = new URL('./transformers-process.js', import.meta.url);
    const asked = resources.add(
      new AskedProcess<ToTransformers, FromTransformers>('transformers.js', main),
      (it) => it.stop(),
    );
    const open = { type: 'open', installation, modelsFolder, model: id, threads } as const;
    const { version } = await asked.ask(open, 'opened');
    return new TransformersJs(asked, version);
  }

  get pid(): number {
    return this.#process.pid;
  }

  click(picture: Uint8Array, place: Place): Promise<TransformersAnswer> {
    return this.#process.ask({ type: 'click', picture, place }, 'answered');
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  clickAgain(place: Place): Promise<TransformersAnswer> {
    return this.#process.ask({ type: 'click-again', place }, 'answered');
  }
}

/** Half a gigabyte, most of it ONNX Runtime for all systems, so it is no dependency. Nothing of it is run meanwhile. */
async function install(folder: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules', PACKAGE))) return;
  progress(`installing ${PACKAGE} ${VERSION} into ${folder}`);
  await mkdir(folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', folder];
  const npm = spawn('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`npm could not install ${PACKAGE} ${VERSION} (exit code ${code})`);
}
