import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DarkroomClient } from '@darkroom/client';
import type { GenerationFields, GenerationResult, Job } from '@darkroom/contracts';
import type { CommandContext } from '../command-context.js';
import { CommandFailure } from '../command-failure.js';
import { EXIT_CODE } from '../exit-code.js';
import { followJob } from '../follow-job.js';
import { isUrl } from '../picture-word.js';
import { serviceUrl } from '../service-url.js';
import { submitJob } from '../submit-job.js';
import { onOneLine } from '../text-table.js';
import { giveGeneration } from './give-generation.js';
import { PictureFolder } from './picture-folder.js';

export interface GenerationRequest {
  readonly url: string | undefined;
  /** A picture to begin with, a file or a URL. */
  readonly image: string | undefined;
  /** Folder for the pictures. */
  readonly out: string;
  readonly form: 'text' | 'json';
  readonly fields: GenerationFields;
}

/**
 * Has pictures made of prompts, follows every step, and saves them.
 * @returns the exit code: failure unless the job succeeded
 */
export async function runGeneration(request: GenerationRequest, context: CommandContext): Promise<number> {
  const { terminal, env, signal } = context;
  const client = new DarkroomClient({ baseUrl: serviceUrl(request, env) });
  const begin = request.image === undefined ? {} : await readImage(request.image);
  const folder = await PictureFolder.open(request.out);
  const submission = { ...request.fields, ...begin };
  const submitted = await submitJob(
    (options) => client.submitGeneration(submission, options),
    client,
    signal,
  );
  const job = await followJob(submitted, client, context);
  const files = await savePictures(job, folder, client, signal);
  for (const { detail } of job.warnings)
    terminal.message(`${terminal.paint('yellow', '!')} ${onOneLine(detail)}`);
  giveGeneration({ job, files }, request.form, terminal);
  if (job.status === 'succeeded') return EXIT_CODE.success;
  const why = job.error ? `${job.status}: ${job.error.title}: ${job.error.detail}` : job.status;
  terminal.message(`${terminal.paint('red', '✗')} ${onOneLine(why)}`);
  return EXIT_CODE.failure;
}

async function readImage(path: string) {
  if (isUrl(path)) return { image: { url: path } };
  const image = await readFile(path).catch((error: Error) => {
    throw new CommandFailure(`${path} cannot be read: ${error.message}`);
  });
  return { image, fileName: basename(path) };
}

/** @returns the path of each picture, by its index */
async function savePictures(
  job: Job,
  folder: PictureFolder,
  client: DarkroomClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const files = new Map<number, string>();
  if (job.status !== 'succeeded') return files;
  for (const image of (job.result as GenerationResult).images) {
    if (image.artifact === null) continue;
    files.set(image.index, await folder.save(image, await client.artifact(job, image.artifact, { signal })));
  }
  return files;
}
