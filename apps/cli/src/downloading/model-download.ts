import { extname, join } from 'node:path';
import { ModelStaging, suggestModelId } from '@darkroom/model-catalog/importing';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { CommandContext } from '../command-context.js';
import { UsageFailure } from '../command-failure.js';
import { DOWNLOAD_LIMITS } from './download-limits.js';
import { DownloadProgress } from './download-progress.js';
import { type DownloadedFile, FileDownload } from './file-download.js';
import { checkFreeSpace } from './free-space.js';
import type { ModelAddress } from './model-address.js';
import { type S3Settings, s3Settings } from './s3-object.js';

const MOST_FILES = 32;
/** In addresses of Hugging Face and GitHub, what stands between a model's name and its files. */
const REVISION = /\/(resolve|raw)\/[^/]+/;

/** The files of a model, fetched into a folder that is taken away when they are no longer needed. */
export class ModelDownload {
  readonly files: readonly DownloadedFile[];
  /** That they lie in. */
  readonly folder: string;
  readonly #staging: ModelStaging;

  private constructor(staging: ModelStaging, files: readonly DownloadedFile[]) {
    this.#staging = staging;
    this.folder = staging.folder;
    this.files = files;
  }

  /**
   * Fetches files into a folder beside the models, where there is the room that models need.
   * @throws CommandFailure or ImportError; nothing is left then
   */
  static async fetch(addresses: readonly ModelAddress[], context: CommandContext): Promise<ModelDownload> {
    const modelsFolder = context.modelsFolders[0]!;
    const staging = await ModelStaging.begin(modelsFolder, suggestIdFor(addresses));
    const dispatcher = new EnvHttpProxyAgent();
    try {
      return new ModelDownload(staging, await fetchAll(addresses, staging.folder, dispatcher, context));
    } catch (error) {
      await staging.discard();
      throw error;
    } finally {
      await dispatcher.destroy();
    }
  }

  discard(): Promise<void> {
    return this.#staging.discard();
  }
}

/**
 * Refuses what cannot be a model as far as names tell, before anything is fetched.
 * @throws UsageFailure
 */
export function checkAddresses(addresses: readonly ModelAddress[]): void {
  const names = addresses.map(({ fileName }) => fileName);
  if (names.length > MOST_FILES) {
    throw new UsageFailure(`expected at most ${MOST_FILES} files of a model, got ${names.length}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageFailure(`expected files of different names, got ${twice} twice`);
  const endings = names.map((name) => extname(name).toLowerCase());
  const isDarknet = endings.includes('.cfg') && endings.includes('.weights');
  if (endings.includes('.onnx') || isDarknet) return;
  throw new UsageFailure(
    `expected the address of an .onnx file, or those of a Darknet model’s .cfg and .weights, got ${names.join(' and ')}`,
  );
}

/** What a model is called that is fetched from addresses, unless an id is given. */
export function suggestIdFor(addresses: readonly ModelAddress[]): string {
  const names = addresses.map(({ url }) => url.pathname.replace(REVISION, ''));
  const cfg = names.find((path) => extname(path).toLowerCase() === '.cfg');
  if (cfg !== undefined) return suggestModelId([cfg.slice(0, -'.cfg'.length)]);
  return suggestModelId(names.filter((path) => extname(path).toLowerCase() === '.onnx'));
}

async function fetchAll(
  addresses: readonly ModelAddress[],
  folder: string,
  dispatcher: Dispatcher,
  { env, terminal, signal }: CommandContext,
): Promise<DownloadedFile[]> {
  const s3: S3Settings = s3Settings(env);
  const progress = new DownloadProgress(terminal);
  const files: DownloadedFile[] = [];
  for (const address of addresses) {
    progress.begin(address);
    const before = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const download = new FileDownload(address, join(folder, address.fileName), {
      dispatcher,
      s3,
      signal,
      limits: DOWNLOAD_LIMITS,
      onProgress: progress.show.bind(progress),
      // All is copied or converted into the model’s own folder before it goes.
      checkSpace: (address, missingBytes, totalBytes) =>
        checkFreeSpace(folder, address, missingBytes + before + totalBytes),
    });
    try {
      files.push(await download.run());
    } finally {
      progress.end();
    }
  }
  return files;
}
