import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { CONFIG_NAME, type HuggingFaceFiles, PREPROCESSOR_NAME } from './hugging-face.js';
import { ImportError } from './import-error.js';

/** A model as it lies somewhere, in one of the forms that can be brought in. */
export type ModelSource =
  | { readonly kind: 'darknet'; readonly folder: string }
  | {
      readonly kind: 'onnx';
      /** Path of the `.onnx` file. */
      readonly graph: string;
      /** Path of what holds all its files: the graph’s own folder, or the one that the user has named. */
      readonly folder: string;
      readonly huggingFace: HuggingFaceFiles | null;
    };

const ONNX = '.onnx';
/** Where transformers’ exports put their graphs. */
const ONNX_SUBFOLDER = 'onnx';
/** Of several graphs of one model these are the plain ones; others are in half precision, quantized or parts of it. */
const PLAIN_NAME = 'model.onnx';
const MOST_ENTRIES = 10_000;

/** Weights of other formats, and who turns them into ONNX. */
const FOREIGN: Readonly<Record<string, string>> = {
  '.pt':
    'of PyTorch; export it with torch.onnx.export, or with `yolo export format=onnx` where it is from ultralytics',
  '.pth': 'of PyTorch; export it with torch.onnx.export',
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
 * Finds out what a path leads to: an `.onnx` file, a folder with one, a folder of Hugging Face or one of Darknet.
 * @throws ImportError when it is nothing of these, or could be several
 */
export async function findModelSource(path: string): Promise<ModelSource> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return ofFile(path);
  if (found?.isDirectory()) return ofFolder(path);
  throw new ImportError(
    `expected an .onnx file, or a folder with a model, but ${found ? `${path} is neither` : `there is no ${path}`}`,
  );
}

async function ofFile(path: string): Promise<ModelSource> {
  const ending = extname(path).toLowerCase();
  if (DARKNET.includes(ending)) {
    throw new ImportError(
      `a Darknet model is several files: give the folder that holds its .cfg and .weights, ${dirname(path)}`,
    );
  }
  const foreign = FOREIGN[ending];
  if (foreign) throw new ImportError(`expected an .onnx file, but ${path} is ${foreign}`);
  const folder = dirname(path);
  const around = basename(folder) === ONNX_SUBFOLDER ? dirname(folder) : folder;
  const huggingFace = (await huggingFaceFiles(folder)) ?? (await huggingFaceFiles(around));
  return {
    kind: 'onnx',
    graph: path,
    folder: huggingFace ? dirname(huggingFace.config) : folder,
    huggingFace,
  };
}

async function ofFolder(folder: string): Promise<ModelSource> {
  const names = await namesIn(folder);
  if (names.includes('model.json')) {
    throw new ImportError(
      `${folder} is a model of Darkroom already: it has a model.json. Copy it as it is into the folder of your models`,
    );
  }
  const graphs = await graphsIn(folder, names);
  const isDarknet = names.some((name) => DARKNET.includes(extname(name).toLowerCase()));
  if (isDarknet && graphs.length > 0) {
    throw severalModels(folder, [...names.filter((name) => DARKNET.includes(extname(name))), ...graphs]);
  }
  if (isDarknet) return { kind: 'darknet', folder };
  const huggingFace = await huggingFaceFiles(folder);
  return { kind: 'onnx', graph: join(folder, chooseGraph(folder, names, graphs)), folder, huggingFace };
}

/** Paths of the graphs in a folder and in its `onnx`, seen from the folder. */
async function graphsIn(folder: string, names: readonly string[]): Promise<string[]> {
  const isGraph = (name: string) => extname(name).toLowerCase() === ONNX;
  const inner = names.includes(ONNX_SUBFOLDER) ? await namesIn(join(folder, ONNX_SUBFOLDER)) : [];
  return [...names.filter(isGraph), ...inner.filter(isGraph).map((name) => join(ONNX_SUBFOLDER, name))];
}

function chooseGraph(folder: string, names: readonly string[], graphs: readonly string[]): string {
  const plain = graphs.filter((path) => basename(path) === PLAIN_NAME);
  if (graphs.length === 1) return graphs[0]!;
  if (plain.length === 1 && graphs.every(isVariantOfPlain)) return plain[0]!;
  if (graphs.length > 1) throw severalModels(folder, graphs);
  const foreign = names
    .map((name) => [name, FOREIGN[extname(name).toLowerCase()]] as const)
    .find(([, what]) => what);
  const remedy = foreign ? `, but found ${foreign[0]}, which is ${foreign[1]}` : ', found none';
  throw new ImportError(
    `expected an .onnx file in ${folder}, or a Darknet model (.cfg and .weights)${remedy}`,
  );
}

/** `model_fp16.onnx`, `model_quantized.onnx` … of transformers’ exports are the same model. */
function isVariantOfPlain(path: string): boolean {
  return /^model(?:_[a-z0-9_]+)?\.onnx$/.test(basename(path));
}

function severalModels(folder: string, found: readonly string[]): ImportError {
  return new ImportError(
    `expected one model in ${folder}, found ${found.slice(0, 10).join(', ')}. Give the file itself, or a folder with one model`,
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
