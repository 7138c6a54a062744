import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../repository-root.js';
import { runContained } from './contained-command.js';

/** What an image says of itself, as Docker names it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[] | null;
  readonly Cmd: readonly string[] | null;
  readonly WorkingDir: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** An image to build. */
export interface ImageRecipe {
  readonly name: string;
  readonly dockerfile: string;
  readonly target: string;
}

/**
 * Debian's buildah, which builds images without a Docker engine, with a storage of its own: the images of the
 * machine are neither seen nor touched.
 */
export class Buildah {
  readonly #folder: string;
  readonly #signal: AbortSignal;

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
    mkdirSync(join(folder, 'tmp'), { recursive: true });
  }

  /** @param volumes what is to be seen during the build alone, as `file:path in the image:ro` */
  async build({ name, dockerfile, target }: ImageRecipe, volumes: readonly string[]): Promise<void> {
    await this.#run(
      'build',
      // The network stays that of this machine: this works where we are in a container ourselves.
      ...['--isolation', 'chroot', '--pull-never'],
      // The other format has no health checks.
      ...['--format', 'docker'],
      ...volumes.flatMap((volume) => ['--volume', volume]),
      ...['--file', join(REPOSITORY_ROOT, dockerfile), '--target', target, '--tag', local(name)],
      REPOSITORY_ROOT,
    );
  }

  /** Makes an image of a file tree. */
  async commit(tree: string, name: string, config: readonly string[]): Promise<void> {
    const container = await this.#run('from', 'scratch');
    await this.#run('add', '--quiet', container, tree, '/');
    await this.#run('config', ...config, container);
    await this.#run('commit', '--quiet', '--rm', container, local(name));
  }

  /** What is known of an image, or `null` when there is none of that name. */
  async config(name: string): Promise<ImageConfig | null> {
    const images = JSON.parse(await this.#run('images', '--json')) as { names: string[] | null }[] | null;
    if (!images?.some(({ names }) => names?.includes(tagged(name)))) return null;
    const { Docker } = JSON.parse(await this.#run('inspect', '--type', 'image', local(name))) as {
      Docker: { config: ImageConfig };
    };
    return Docker.config;
  }

  /** The size of an image with all its layers, for people: `393 MB`. */
  async size(name: string): Promise<string> {
    const images = JSON.parse(await this.#run('images', '--json', local(name))) as { size: string }[];
    return images[0]!.size;
  }

  /** The folder with the files of an image, for one container to be run in. */
  async unpack(name: string): Promise<string> {
    const container = await this.#run('from', '--pull-never', local(name));
    // With `vfs` the files lie in a folder; nothing is mounted.
    return this.#run('mount', container);
  }

  /** Removes all containers, those of runs that were cut off too, and the images of these names. */
  async clean(names: readonly string[]): Promise<void> {
    await this.#run('rm', '--all');
    for (const name of names) {
      if ((await this.config(name)) !== null) await this.#run('rmi', '--force', local(name));
    }
  }

  async #run(...args: string[]): Promise<string> {
    const storage = ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')];
    const output = await runContained('buildah', ['--storage-driver', 'vfs', ...storage, ...args], {
      signal: this.#signal,
      // What builds keep for one another, such as downloaded packages, lies here too.
      env: { TMPDIR: join(this.#folder, 'tmp') },
    });
    return output.trim();
  }
}

/** The name of an image that was made here; Dockerfiles find it without the prefix. */
function local(name: string): string {
  return `localhost/${name}`;
}

/** The same as it is listed. */
function tagged(name: string): string {
  return name.includes(':') ? local(name) : `${local(name)}:latest`;
}
