import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { OnnxFileError, type OnnxModel, readOnnxModel } from '@darkroom/onnx-file';
import { MANIFEST_NAME } from '../read-model-folder.js';
import { explainNoGraph } from './explain-no-graph.js';
import { ImportError } from './import-error.js';

/** A graph that was copied, with its files of weights. */
export interface CopiedGraph {
  readonly model: OnnxModel;
  /** Paths of the files by their part in a manifest, relative to the folder they were copied to. */
  readonly files: Readonly<Record<string, string>>;
}

/** What protobuf can hold. Larger networks keep their weights in files beside the graph. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;
const MAX_EXTERNAL_FILES = 1000;
/** What lies in a model's folder beside its own files. */
export const SAMPLE_FOLDER = 'sample';

/**
 * Copies an `.onnx` file and the files that hold its weights into a model's folder, and reads what the copy says.
 * @param within the folder that files of weights must lie in, also when links are followed
 * @throws ImportError when a file is missing, too large or outside of the folder, or the graph is none
 */
export async function copyGraph(graph: string, within: string, target: string): Promise<CopiedGraph> {
  const { size } = await stat(graph);
  if (size > MAX_GRAPH_BYTES) {
    throw new ImportError(
      `expected an .onnx file of at most ${MAX_GRAPH_BYTES} bytes, found ${size}: ONNX can’t hold more. Export it with its weights in a file beside it`,
    );
  }
  const name = basename(graph);
  if (name.toLowerCase() === MANIFEST_NAME) throw new ImportError(`a graph can’t be called ${MANIFEST_NAME}`);
  await copyFile(graph, join(target, name), constants.COPYFILE_FICLONE);
  const model = readGraph(name, await readFile(join(target, name)));
  const files: Record<string, string> = { graph: name };
  if (model.externalFiles.length > MAX_EXTERNAL_FILES) {
    throw new ImportError(
      `expected weights in at most ${MAX_EXTERNAL_FILES} files, the graph names ${model.externalFiles.length}. Export it with all weights in one file`,
    );
  }
  for (const [index, location] of model.externalFiles.entries()) {
    await copyExternalFile({ graph, within, target, location });
    files[index === 0 ? 'graph_data' : `graph_data_${index + 1}`] = posix.normalize(location);
  }
  return { model, files };
}

function readGraph(name: string, bytes: Buffer): OnnxModel {
  try {
    return readOnnxModel(bytes);
  } catch (error) {
    throw error instanceof OnnxFileError ? explainNoGraph(name, bytes, error) : error;
  }
}

interface ExternalFile {
  readonly graph: string;
  readonly within: string;
  readonly target: string;
  /** As the graph names it: relative to the graph, and not to be trusted. */
  readonly location: string;
}

async function copyExternalFile({ graph, within, target, location }: ExternalFile): Promise<void> {
  const path = checkLocation(location, basename(graph));
  const from = join(dirname(graph), path);
  const real = await realpath(from).catch(() => null);
  if (real === null) {
    throw new ImportError(
      `the graph’s weights are in the file ${JSON.stringify(location)}, which isn’t there: put it at ${from}`,
    );
  }
  if (!(await isWithin(within, real))) {
    throw new ImportError(
      `the graph’s weights must lie in its folder, but ${JSON.stringify(location)} is a link that leads out of it, to ${real}`,
    );
  }
  if (!(await stat(real)).isFile()) throw new ImportError(`expected a file of weights, but ${from} is none`);
  const to = join(target, path);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(real, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new ImportError(`the graph names its file of weights ${JSON.stringify(location)} in two ways`);
    },
  );
}

/** @returns the path, or throws when it could leave the folder or take the place of another file of the model */
function checkLocation(location: string, graphName: string): string {
  const path = posix.normalize(location.replaceAll('\\', '/'));
  const [first = ''] = path.toLowerCase().split('/');
  const isOutside =
    isAbsolute(location) || /^[a-z]:/i.test(location) || path.startsWith('/') || first === '..';
  if (isOutside || path === '.' || path.includes('\0') || location.includes('\\')) {
    throw new ImportError(
      `the graph’s weights must lie in its folder, but it names the file ${JSON.stringify(location)}. Don’t use it if you don’t know where it is from; else export it again`,
    );
  }
  if ([MANIFEST_NAME, SAMPLE_FOLDER, graphName.toLowerCase()].includes(first)) {
    throw new ImportError(
      `the graph names its file of weights ${JSON.stringify(location)}, where another file of the model stands; export it again with another name`,
    );
  }
  return path;
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
