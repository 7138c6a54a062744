import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { OnnxFileError, type OnnxModel, readOnnxModel } from '@darkroom/onnx-file';
import { MANIFEST_NAME } from '../read-model-folder.js';
import { explainNoGraph } from './explain-no-graph.js';
import { ImportError } from './import-error.js';

/** An `.onnx` file, as it lies somewhere. */
export interface GraphFile {
  readonly path: string;
  /** The folder that its files of weights must lie in, also when links are followed. */
  readonly within: string;
}

/** A graph that was copied, with its files of weights. */
export interface CopiedGraph {
  readonly model: OnnxModel;
  /** In the folder that it was copied to. */
  readonly path: string;
  /** Of its files of weights, likewise. */
  readonly weights: readonly string[];
}

/** What protobuf can hold. Larger networks keep their weights in files beside the graph. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;
const MAX_EXTERNAL_FILES = 1000;
/** What lies in a model's folder beside its own files. */
export const SAMPLE_FOLDER = 'sample';

/**
 * Copies graphs with the files that hold their weights into a model's folder, and reads what the copies say. Graphs
 * may share files of weights.
 */
export class GraphCopies {
  readonly #folder: string;
  /** Where the files come from, by their path in the folder. */
  readonly #origins = new Map<string, string>();

  /** @param folder the model's, empty yet */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param path where in the folder the graph goes
   * @throws ImportError when a file is missing, too large or outside of its folder, or the graph is none
   */
  async add({ path: from, within }: GraphFile, path: string = basename(from)): Promise<CopiedGraph> {
    const { size } = await stat(from);
    if (size > MAX_GRAPH_BYTES) {
      throw new ImportError(
        `expected an .onnx file of at most ${MAX_GRAPH_BYTES} bytes, found ${size}: ONNX can’t hold more. Export it with its weights in a file beside it`,
      );
    }
    if (isReserved(path)) throw new ImportError(`a graph can’t be called ${path}`);
    await this.#copy(from, path);
    const model = readGraph(path, await readFile(join(this.#folder, path)));
    const locations = model.externalFiles;
    if (locations.length > MAX_EXTERNAL_FILES) {
      throw new ImportError(
        `expected weights in at most ${MAX_EXTERNAL_FILES} files, the graph names ${locations.length}. Export it with all weights in one file`,
      );
    }
    const weights: string[] = [];
    for (const location of locations) {
      const place = placeOf(location, path);
      await this.#copy(await findWeights(location, { path: from, within }), place);
      if (!weights.includes(place)) weights.push(place);
    }
    return { model, path, weights };
  }

  /**
   * Copies a file that is no graph.
   * @param path where it lies in its folder, and goes in the model's
   * @throws ImportError when it is a link that leads out of its folder
   */
  async addCompanion(path: string, within: string): Promise<void> {
    if (isReserved(path)) throw new ImportError(`a file of the model can’t be called ${path}`);
    const from = await realpath(join(within, path));
    if (!(await isWithin(within, from))) {
      throw new ImportError(
        `expected a file in the model’s folder, but ${path} is a link that leads out of it`,
      );
    }
    await this.#copy(from, path);
  }

  /** @throws ImportError when another file stands there */
  async #copy(from: string, path: string): Promise<void> {
    const origin = this.#origins.get(path);
    if (origin === from) return;
    const to = join(this.#folder, path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw new ImportError(
          `${from} would come to ${JSON.stringify(path)}, where another file of the model stands; export it again with another name`,
        );
      },
    );
    this.#origins.set(path, from);
  }
}

function readGraph(name: string, bytes: Buffer): OnnxModel {
  try {
    return readOnnxModel(bytes);
  } catch (error) {
    throw error instanceof OnnxFileError ? explainNoGraph(name, bytes, error) : error;
  }
}

/** @returns the real path of a file of weights. @param location as the graph names it: relative to the graph */
async function findWeights(location: string, graph: GraphFile): Promise<string> {
  const from = join(dirname(graph.path), posix.normalize(location));
  const real = await realpath(from).catch(() => null);
  if (real === null) {
    throw new ImportError(
      `the graph’s weights are in the file ${JSON.stringify(location)}, which isn’t there: put it at ${from}`,
    );
  }
  if (!(await isWithin(graph.within, real))) {
    throw new ImportError(
      `the graph’s weights must lie in its folder, but ${JSON.stringify(location)} is a link that leads out of it, to ${real}`,
    );
  }
  if (!(await stat(real)).isFile()) throw new ImportError(`expected a file of weights, but ${from} is none`);
  return real;
}

/**
 * @param location of a file of weights as the graph names it, which is not to be trusted
 * @param graph path of the graph in the model's folder
 * @returns where in the model's folder the file goes
 * @throws ImportError when that could be outside of the graph's folder, or takes the place of another file
 */
function placeOf(location: string, graph: string): string {
  const path = posix.normalize(location.replaceAll('\\', '/'));
  const [first = ''] = path.split('/');
  const isOutside =
    isAbsolute(location) || /^[a-z]:/i.test(location) || path.startsWith('/') || first === '..';
  if (isOutside || path === '.' || path.includes('\0') || location.includes('\\')) {
    throw new ImportError(
      `the graph’s weights must lie in its folder, but it names the file ${JSON.stringify(location)}. Don’t use it if you don’t know where it is from; else export it again`,
    );
  }
  const place = posix.join(dirname(graph), path);
  const isGraphItself = first.toLowerCase() === basename(graph).toLowerCase();
  if (isGraphItself || isReserved(place)) {
    throw new ImportError(
      `the graph names its file of weights ${JSON.stringify(location)}, where another file of the model stands; export it again with another name`,
    );
  }
  return place;
}

/** Whether the manifest or the sample has its place there. */
function isReserved(path: string): boolean {
  const [first = ''] = path.toLowerCase().split(/[\\/]/);
  return first === MANIFEST_NAME || first === SAMPLE_FOLDER;
}

/** In the cache of Hugging Face, a model's files are links to `blobs/`, two folders up. */
async function isWithin(folder: string, real: string): Promise<boolean> {
  const base = await realpath(folder);
  const roots = [base];
  for (let way = base; dirname(way) !== way; way = dirname(way)) {
    if (basename(dirname(way)) === 'snapshots') roots.push(join(dirname(dirname(way)), 'blobs'));
  }
  return roots.some((root) => {
    const way = relative(root, real);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}
