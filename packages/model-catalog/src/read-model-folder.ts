import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type FieldError,
  type ModelManifest,
  ModelManifestSchema,
  nearestName,
  type Task,
} from '@darkroom/contracts';
import type { TSchema } from 'typebox';
import { checkFile } from './check-file.js';
import { checkPreparation } from './check-preparation.js';
import { withDefaults } from './complete-manifest.js';
import type { HashFile } from './file-hasher.js';
import type { LoadedManifest } from './loaded-manifest.js';
import type { ModelProblem } from './model-problem.js';
import { parseManifest } from './parse-manifest.js';
import { schemaProblems } from './schema-problems.js';

export const MANIFEST_NAME = 'model.json';
export const MANIFEST_MAX_BYTES = 1_000_000;

/** What the catalog wants to know of a family. */
export interface KnownFamily {
  readonly name: string;
  readonly task: Task;
  /** Schema of `family_options` in the manifest. */
  readonly optionsSchema: TSchema;
  /** Whether the manifest says how pictures are prepared. Default true. */
  readonly preparesPictures?: boolean;
}

export type ModelFolder =
  | { readonly loaded: LoadedManifest; readonly problems: readonly [] }
  | { readonly loaded: null; readonly problems: readonly ModelProblem[] };

/** Reads and checks one model's folder. Whether its graph fits the family is not looked at here. */
export async function readModelFolder(
  folder: string,
  families: readonly KnownFamily[],
  hashFile: HashFile,
): Promise<ModelFolder> {
  const read = await readManifest(folder);
  if ('problem' in read) return rejected([{ pointer: '#', detail: read.problem }]);
  const problems = schemaProblems(ModelManifestSchema, read.value);
  // What is wrong by the schema is not looked at again: the checks below may rely on what they read.
  const isSound = (pointer: string) => !problems.some((problem) => concerns(problem, pointer));
  if (!isObject(read.value)) return rejected(problems);
  const manifest = read.value as ModelManifest;
  const further: FieldError[] = [];
  if (isSound('#/id') && manifest.id !== basename(folder)) {
    further.push({
      pointer: '#/id',
      detail: `expected the folder’s name, ${basename(folder)}, got ${manifest.id}`,
    });
  }
  if (isSound('#/family')) further.push(...checkFamily(manifest, families, isSound));
  if (isSound('#/preparation') && manifest.preparation)
    further.push(...checkPreparation(manifest.preparation));
  const files = await checkFiles(folder, manifest.files ?? {}, isSound, hashFile);
  problems.push(...further, ...files.problems);
  if (problems.length > 0) return rejected(problems);
  return {
    loaded: { manifest: withDefaults(manifest), folder, files: files.paths, version: versionOf(manifest) },
    problems: [],
  };
}

async function readManifest(folder: string): Promise<{ value: unknown } | { problem: string }> {
  const path = join(folder, MANIFEST_NAME);
  try {
    const { size } = await stat(path);
    if (size > MANIFEST_MAX_BYTES) {
      return {
        problem: `is ${size} bytes long; a manifest has at most ${MANIFEST_MAX_BYTES}. Weights belong in files`,
      };
    }
    return parseManifest(await readFile(path, 'utf8'));
  } catch (error) {
    return { problem: `cannot be read: ${(error as Error).message}` };
  }
}

function checkFamily(
  manifest: ModelManifest,
  families: readonly KnownFamily[],
  isSound: (pointer: string) => boolean,
): FieldError[] {
  const family = families.find(({ name }) => name === manifest.family);
  if (!family) {
    const names = families.map(({ name }) => name);
    const nearest = nearestName(manifest.family, names);
    const meant = nearest ? `; did you mean ${nearest}?` : '';
    return [
      { pointer: '#/family', detail: `expected one of ${names.join(', ')}, got ${manifest.family}${meant}` },
    ];
  }
  const problems = checkHavingPreparation(manifest, family);
  if (isSound('#/task') && manifest.task !== family.task) {
    const detail = `expected ${family.task}, the task of the family ${family.name}, got ${manifest.task}`;
    problems.push({ pointer: '#/task', detail });
  }
  if (isSound('#/family_options')) {
    problems.push(...schemaProblems(family.optionsSchema, manifest.family_options ?? {}, '#/family_options'));
  }
  return problems;
}

function checkHavingPreparation(
  { preparation }: ModelManifest,
  { name, preparesPictures = true }: KnownFamily,
): FieldError[] {
  if (preparesPictures === (preparation !== undefined)) return [];
  const detail = preparesPictures
    ? `is missing; a model of the family ${name} needs it, to prepare pictures as it was trained with`
    : `has no effect with the family ${name}, which prepares no pictures; remove it`;
  return [{ pointer: '#/preparation', detail }];
}

async function checkFiles(
  folder: string,
  files: ModelManifest['files'],
  isSound: (pointer: string) => boolean,
  hashFile: HashFile,
): Promise<{ paths: Record<string, string>; problems: FieldError[] }> {
  const paths: Record<string, string> = {};
  const problems: FieldError[] = [];
  if (!isObject(files)) return { paths, problems };
  for (const [part, file] of Object.entries(files)) {
    const pointer = `#/files/${part}`;
    if (!isSound(pointer)) continue;
    const finding = await checkFile(folder, file, hashFile);
    if (finding.problem === null) paths[part] = finding.path;
    else problems.push({ pointer: `${pointer}/${finding.field}`, detail: finding.problem });
  }
  return { paths, problems };
}

function versionOf({ files }: ModelManifest): string {
  const hash = createHash('sha256');
  for (const part of Object.keys(files).sort()) hash.update(files[part]!.sha256);
  return hash.digest('hex').slice(0, 8);
}

function rejected(problems: readonly FieldError[]): ModelFolder {
  return {
    loaded: null,
    problems: problems.map(({ pointer, detail }) => ({ file: MANIFEST_NAME, field: pointer, detail })),
  };
}

/** Whether a problem lies at a value or in it. */
function concerns(problem: FieldError, pointer: string): boolean {
  return problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
