import { labelsById } from './labels-by-id.js';
import type { PreparationHints } from './preparation-hints.js';
import { type CenterCrop, preprocessorPreparation } from './preprocessor-preparation.js';
import { isJsonObject, type JsonObject, readJsonObject } from './read-json-object.js';

/** What the files beside a graph of transformers say of it. */
export interface HuggingFaceModel {
  /** `SegformerForSemanticSegmentation` */
  readonly architecture: string | null;
  readonly labels: readonly string[] | null;
  /** Empty where there is no `preprocessor_config.json`. */
  readonly preparation: PreparationHints;
  /** What the preprocessor cuts out of pictures; `null`: nothing. */
  readonly centerCrop: CenterCrop | null;
  /** Where it comes from, such as `nvidia/segformer-b0-finetuned-ade-512-512`. */
  readonly source: string | null;
  readonly notes: readonly string[];
}

export interface HuggingFaceFiles {
  readonly config: string;
  readonly preprocessor: string | null;
}

export const CONFIG_NAME = 'config.json';
export const PREPROCESSOR_NAME = 'preprocessor_config.json';
const LONGEST_NAME = 200;

/** @throws ImportError when a file is no JSON object */
export async function readHuggingFace({
  config: configPath,
  preprocessor,
}: HuggingFaceFiles): Promise<HuggingFaceModel> {
  const config = await readJsonObject(configPath);
  const labels = isJsonObject(config.id2label)
    ? labelsById(new Map<unknown, unknown>(Object.entries(config.id2label)))
    : null;
  const notes: string[] = [];
  if (config.id2label !== undefined && labels === null) {
    notes.push(`${configPath} has id2label, which is left out: expected a text for each class id from 0.`);
  }
  if (preprocessor === null) {
    notes.push(`There is no ${PREPROCESSOR_NAME}: the preparation is what such models mostly have.`);
  }
  const prepared =
    preprocessor === null
      ? { hints: {}, centerCrop: null, notes: [] }
      : preprocessorPreparation(await readJsonObject(preprocessor));
  return {
    architecture: architectureOf(config),
    labels: arePlaceholders(labels) ? null : labels,
    preparation: prepared.hints,
    centerCrop: prepared.centerCrop,
    source: shortText(config._name_or_path),
    notes: [...notes, ...prepared.notes],
  };
}

function architectureOf({ architectures }: JsonObject): string | null {
  return Array.isArray(architectures) ? shortText(architectures[0]) : null;
}

/** What transformers writes where nobody gave labels. */
function arePlaceholders(labels: readonly string[] | null): boolean {
  return labels?.every((label, id) => label === `LABEL_${id}`) ?? false;
}

function shortText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : null;
}
