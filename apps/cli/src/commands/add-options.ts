import { join } from 'node:path';
import type { Command } from 'commander';
import type { AddRequest } from '../adding/add-request.js';
import { UsageFailure } from '../command-failure.js';
import { isAddress, type ModelAddress, readModelAddress, readSha256 } from '../downloading/model-address.js';
import { checkAddresses } from '../downloading/model-download.js';
import type { S3Settings } from '../downloading/s3-object.js';
import { REPOSITORY_ROOT } from '../repository-root.js';
import {
  addKindOptions,
  addPreparationOptions,
  type KindOptions,
  type PreparationOptions,
  preparationHints,
} from './model-options.js';
import { namedValueReader } from './option-values.js';

/** What can be said of a model that is added. */
export interface AddOptions extends KindOptions, PreparationOptions {
  readonly variant?: string;
  readonly id?: string;
  readonly labels?: string;
  readonly familyOption?: Record<string, unknown>;
  readonly description?: string;
  readonly license?: string;
  readonly source?: string;
  readonly picture?: string;
  readonly replace?: true;
  readonly sha256?: string;
}

const SAMPLE_PICTURE = join(REPOSITORY_ROOT, 'examples', 'pictures', 'shapes-1.jpg');

/** Gives a command the words and options that say what to add. */
export function addAddOptions(command: Command): Command {
  command
    .argument(
      '<paths...>',
      'An .onnx file, or those of one model; or a folder with them, of Hugging Face (config.json), or of Darknet. Or addresses of files: https://, s3://.',
    )
    .option('--id <id>', 'What it is called in requests; default: as its file or folder.')
    .option('--variant <name>', 'Of graphs that a folder holds in several exports: fp16, quantized …')
    .option(
      '--labels <file>',
      'Names of the classes: a file with one a line or JSON; or coco-80, coco-91, voc-20, voc-21.',
    )
    .option(
      '--family-option <name=value>',
      'A field of family_options; may be given again.',
      namedValueReader('layout=grid'),
    )
    .option('--description <text>', 'A sentence on what it knows.')
    .option('--license <name>', 'Its licence, as an SPDX identifier.')
    .option('--source <text>', 'Where it comes from.')
    .option('--picture <file>', 'The picture it is tried on; default: a drawing of shapes.')
    .option('--sha256 <hex>', 'What a fetched file must hash to; of several, each ends in #sha256=<hex>.')
    .option('--replace', 'Takes the place of a model with the same id.');
  addKindOptions(command);
  addPreparationOptions(command);
  return command;
}

/** What a model is said to be; where its files are stands beside it. */
export type Described = Omit<AddRequest, 'paths' | 'origin'>;

export function describedBy(options: AddOptions): Described {
  const {
    variant,
    id,
    task,
    family,
    labels,
    description,
    license,
    source,
    picture = SAMPLE_PICTURE,
  } = options;
  return {
    variant,
    id,
    task,
    family,
    labels,
    preparation: preparationHints(options),
    familyOptions: options.familyOption ?? {},
    description,
    license,
    source,
    picture,
    replace: options.replace ?? false,
  };
}

/**
 * The addresses among words, which are all addresses or all paths.
 * @returns none where they are paths
 * @throws UsageFailure
 */
export function addressesAmong(
  words: readonly string[],
  { sha256 }: AddOptions,
  s3: S3Settings,
): readonly ModelAddress[] {
  const given = words.filter(isAddress);
  if (given.length === 0) {
    if (sha256 === undefined) return [];
    throw new UsageFailure('--sha256 is for files that are fetched; leave it out where paths are given');
  }
  if (given.length < words.length) {
    throw new UsageFailure(
      `expected addresses alone, or paths alone, got ${words.find((word) => !isAddress(word))} too`,
    );
  }
  const addresses = given.map((word) => readModelAddress(word, s3));
  checkAddresses(addresses);
  if (sha256 === undefined) return addresses;
  const [only, ...others] = addresses;
  if (!only || others.length > 0 || only.sha256 !== null) {
    throw new UsageFailure('--sha256 is for one file; end each address in its own #sha256=<hex>');
  }
  return [{ ...only, sha256: readSha256(sha256) }];
}
