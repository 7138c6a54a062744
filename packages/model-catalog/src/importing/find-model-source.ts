import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { commonFolder, isBelow } from './common-folder.js';
import type { GraphFile } from './graph-copies.js';
import { chooseVariants } from './graph-variants.js';
import { CONFIG_NAME, type HuggingFaceFiles, PREPROCESSOR_NAME } from './hugging-face.js';
import { ImportError } from './import-error.js';
import { PIPELINE_INDEX, pipelineFiles } from './pipeline-folder.js';
import { tokenizerCompanions } from './tokenizer-companions.js';

/** A model as it lies somewhere, in one of the forms that can be brought in. */
export type ModelSource =
  | { readonly kind: 'darknet'; readonly folder: string }
  | {
      readonly kind: 'onnx';
      /** One, or several that may be a model together. */
      readonly graphs: readonly GraphFile[];
      /** Path of what holds all of them: what the user has named, or the deepest folder that they lie in. */
      readonly folder: string;
      readonly huggingFace: HuggingFaceFiles | null;
      /** What may belong to the model beside its graphs: configurations and tokenizers. */
      readonly companions: readonly string[];
      /** What the user may want to know of the choice, a sentence each. */
      readonly notes: readonly string[];
    };

const ONNX = '.onnx';
/** Where transformers’ exports put their graphs. */
const ONNX_SUBFOLDER = 'onnx';
const MOST_ENTRIES = 10_000;
/** Networks of several graphs have a handful. All of them are copied and opened to find out what they are. */
const MOST_GRAPHS = 16;
const MOST_NAMED = 10;

/** Weights of other formats, and who turns them into ONNX. */
const FOREIGN: Readonly<Record<string, string>> = {
  '.pt':
    'of PyTorch; export it with torch.onnx.export, or with `yolo export format=onnx` where it is from ultralytics',
  '.pth':
    'of PyTorch; export it with `python3 -m export` in models/, which knows torchvision, Detectron2 and Segment Anything, or with torch.onnx.export',
  '.bin': 'of PyTorch; export it with `optimum-cli export onnx`',
  '.safetensors': 'weights without a graph; export it with `optimum-cli export onnx`',
  '.h5': 'of Keras; convert it with tf2onnx',
  '.keras': 'of Keras; convert it with tf2onnx',
  '.pb': 'of TensorFlow; convert it with tf2onnx',
  '.tflite': 'of TensorFlow Lite; convert it with tf2onnx',
  '.engine': 'of TensorRT; give the ONNX file it was made of',
};
const DARKNET = ['.cfg', '.weights'];

/**
 * Finds out what paths lead to: an `.onnx` file or several, a folder with some, a folder of Hugging Face or one of Darknet.
 * @param variant of graphs that a folder holds in several: see `chooseVariants`
 * @throws ImportError when it is nothing of these, or surely more than one model
 */
export async function findModelSource(paths: readonly string[], variant?: string): Promise<ModelSource> {
  const kinds = await Promise.all(paths.map(kindOf));
  if (kinds.every((kind) => kind === 'file')) {
    if (variant === undefined) return ofFiles(paths);
    throw new ImportError(
      '--variant chooses among the graphs of a folder; leave it out where files are given',
    );
  }
  if (paths.length === 1) return ofFolder(paths[0]!, variant);
  throw new ImportError(
    `expected one folder, or the .onnx files of one model, got ${paths.join(' and ')}. Give the folder alone`,
  );
}

/** @throws ImportError when there is nothing, or a device */
async function kindOf(path: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return 'file';
  if (found?.isDirectory()) return 'folder';
  throw new ImportError(
    `expected an .onnx file, or a folder with a model, but ${found ? `${path} is neither` : `there is no ${path}`}`,
  );
}

async function ofFiles(given: readonly string[]): Promise<ModelSource> {
  const paths = [...new Set(given)];
  for (const path of paths) refuseOtherFormats(path);
  if (paths.length > MOST_GRAPHS) throw severalModels(commonFolder(paths), paths);
  const own = dirname(paths[0]!);
  const around = basename(own) === ONNX_SUBFOLDER ? dirname(own) : own;
  const huggingFace = (await huggingFaceFiles(own)) ?? (await huggingFaceFiles(around));
  const holder = huggingFace && dirname(huggingFace.config);
  const isInHolder = holder !== null && paths.every((path) => isBelow(holder, path));
  return {
    kind: 'onnx',
    graphs: paths.map((path) => ({
      path,
      within: holder !== null && isBelow(holder, path) ? holder : dirname(path),
    })),
    folder: holder ?? commonFolder(paths),
    huggingFace,
    companions: isInHolder ? tokenizerCompanions(await namesIn(holder)) : [],
    notes: [],
  };
}

function refuseOtherFormats(path: string): void {
  const ending = extname(path).toLowerCase();
  if (DARKNET.includes(ending)) {
    throw new ImportError(
      `a Darknet model is several files: give the folder that holds its .cfg and .weights, ${dirname(path)}`,
    );
  }
  const foreign = FOREIGN[ending];
  if (foreign) throw new ImportError(`expected an .onnx file, but ${path} is ${foreign}`);
}

async function ofFolder(folder: string, variant: string | undefined): Promise<ModelSource> {
  const names = await namesIn(folder);
  if (names.includes('model.json')) {
    throw new ImportError(
      `${folder} is a model of Darkroom already: it has a model.json. Copy it as it is into the folder of your models`,
    );
  }
  const isPipeline = names.includes(PIPELINE_INDEX);
  const pipeline = isPipeline ? await pipelineFiles(folder) : null;
  const found = pipeline ? [...pipeline.graphs] : await graphsIn(folder, names);
  if (pipeline && found.length === 0) throw pipelineWithoutGraphs(folder);
  const isDarknet = names.some((name) => DARKNET.includes(extname(name).toLowerCase()));
  if (isDarknet && found.length > 0) {
    throw severalModels(folder, [...names.filter((name) => DARKNET.includes(extname(name))), ...found]);
  }
  if (isDarknet) return { kind: 'darknet', folder };
  if (found.length === 0) throw noGraph(folder, names);
  const { graphs, otherVariants } = chooseVariants(found, variant);
  if (graphs.length > MOST_GRAPHS) throw severalModels(folder, graphs);
  return {
    kind: 'onnx',
    graphs: graphs.map((path) => ({ path: join(folder, path), within: folder })),
    folder,
    huggingFace: await huggingFaceFiles(folder),
    companions: pipeline?.companions ?? tokenizerCompanions(names),
    notes: otherVariants.length === 0 ? [] : [chosenNote(graphs, otherVariants)],
  };
}

function chosenNote(graphs: readonly string[], otherVariants: readonly string[]): string {
  return `Of several exports ${graphs.join(' and ')} ${graphs.length === 1 ? 'was' : 'were'} taken; there is also ${otherVariants.join(', ')}: choose with --variant.`;
}

/** Paths of the graphs in a folder and in its `onnx`, seen from the folder. */
async function graphsIn(folder: string, names: readonly string[]): Promise<string[]> {
  const isGraph = (name: string) => extname(name).toLowerCase() === ONNX;
  const inner = names.includes(ONNX_SUBFOLDER) ? await namesIn(join(folder, ONNX_SUBFOLDER)) : [];
  return [...names.filter(isGraph), ...inner.filter(isGraph).map((name) => join(ONNX_SUBFOLDER, name))];
}

function noGraph(folder: string, names: readonly string[]): ImportError {
  const foreign = names
    .map((name) => [name, FOREIGN[extname(name).toLowerCase()]] as const)
    .find(([, what]) => what);
  const remedy = foreign ? `, but found ${foreign[0]}, which is ${foreign[1]}` : ', found none';
  return new ImportError(
    `expected an .onnx file in ${folder}, or a Darknet model (.cfg and .weights)${remedy}`,
  );
}

function pipelineWithoutGraphs(folder: string): ImportError {
  return new ImportError(
    `expected .onnx files in the folders of the pipeline ${folder}, found none. Export it with \`optimum-cli export onnx\``,
  );
}

function severalModels(folder: string, found: readonly string[]): ImportError {
  return new ImportError(
    `expected one model in ${folder}, found ${found.slice(0, MOST_NAMED).join(', ')}${found.length > MOST_NAMED ? ' …' : ''}. Give the file itself, or a folder with one model`,
  );
}

async function huggingFaceFiles(folder: string): Promise<HuggingFaceFiles | null> {
  const names = await namesIn(folder);
  if (!names.includes(CONFIG_NAME)) return null;
  return {
    config: join(folder, CONFIG_NAME),
    preprocessor: names.includes(PREPROCESSOR_NAME) ? join(folder, PREPROCESSOR_NAME) : null,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new ImportError(`${folder} cannot be read: ${error.message}`);
  });
  if (names.length <= MOST_ENTRIES) return names.sort();
  throw new ImportError(`expected at most ${MOST_ENTRIES} files in ${folder}, found ${names.length}`);
}
