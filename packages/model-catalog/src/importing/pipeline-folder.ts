import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ImportError } from './import-error.js';
import { isJsonObject, type JsonObject, readJsonObject } from './read-json-object.js';

/** What tells the folder of one of diffusers' pipelines, which optimum keeps when it exports one. */
export const PIPELINE_INDEX = 'model_index.json';

/** Files of a pipeline by their path in its folder. */
export interface PipelineFiles {
  readonly graphs: readonly string[];
  /** Configurations and tokenizers. */
  readonly companions: readonly string[];
}

/** A file beside the graphs that may be part of the model, in the model’s folder. */
export interface StagedCompanion {
  readonly path: string;
  /** What it says, where it is a configuration. */
  readonly config: JsonObject | null;
}

const MOST_FILES = 1000;
const COMPANIONS = ['.json', '.txt'];
const CONFIG = /(^|_)(config|index)\.json$/;

/**
 * The files of a pipeline, each of whose components has a folder of its own.
 * @throws ImportError when there are too many
 */
export async function pipelineFiles(folder: string): Promise<PipelineFiles> {
  const entries = await readdir(folder, { withFileTypes: true });
  const components = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const graphs: string[] = [];
  const companions = [PIPELINE_INDEX];
  for (const { name: component } of components) {
    for (const name of await readdir(join(folder, component))) {
      const ending = extname(name).toLowerCase();
      if (ending === '.onnx') graphs.push(join(component, name));
      else if (COMPANIONS.includes(ending)) companions.push(join(component, name));
    }
    const count = graphs.length + companions.length;
    if (count > MOST_FILES) {
      throw new ImportError(
        `expected at most ${MOST_FILES} files in ${folder}, found more. Is it one model?`,
      );
    }
  }
  return { graphs: graphs.sort(), companions: companions.sort() };
}

/** @throws ImportError when a configuration is no JSON object */
export async function readCompanion(folder: string, path: string): Promise<StagedCompanion> {
  if (!CONFIG.test(basename(path)) || basename(path) === 'tokenizer_config.json')
    return { path, config: null };
  return { path, config: await readJsonObject(join(folder, path)) };
}

/** Where a pipeline was made, as its index tells. */
export function originOf(companions: readonly StagedCompanion[]): string | null {
  const index = companions.find(({ path }) => path === PIPELINE_INDEX)?.config;
  const name = isJsonObject(index) ? index._name_or_path : null;
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : null;
}
