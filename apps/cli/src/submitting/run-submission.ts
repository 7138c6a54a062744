import { DarkroomClient } from '@darkroom/client';
import type { Task } from '@darkroom/contracts';
import type { CommandContext } from '../command-context.js';
import { UsageFailure } from '../command-failure.js';
import { EXIT_CODE } from '../exit-code.js';
import { serviceUrl } from '../service-url.js';
import { ArtifactFolder } from './artifact-folder.js';
import { findPictures } from './find-pictures.js';
import { checkForm, giveResults, type SubmissionForm } from './give-results.js';
import { explainMissing } from './result-table.js';
import { SubmissionProgress } from './submission-progress.js';
import { type SubmissionFields, submitPictures } from './submit-pictures.js';

export interface SubmissionRequest {
  readonly task: Task;
  /** Files, folders, patterns and URLs. */
  readonly words: readonly string[];
  readonly url: string | undefined;
  /** Folder for pictures and other files that are made. */
  readonly out: string | undefined;
  /** What is made where files are saved and nobody says which. */
  readonly usualOutputs: readonly string[];
  readonly form: SubmissionForm;
  readonly fields: SubmissionFields;
}

/**
 * Submits pictures and gives their results.
 * @returns the exit code: failure unless every job succeeded
 */
export async function runSubmission(request: SubmissionRequest, context: CommandContext): Promise<number> {
  const { terminal, env, signal } = context;
  const { task, out, form } = request;
  const fields = withOutputs(request);
  const paths = await findPictures(request.words);
  checkForm(form, paths.length, out);
  const client = new DarkroomClient({ baseUrl: serviceUrl(request, env) });
  const folder = out === undefined ? null : await ArtifactFolder.open(out, paths);
  const progress = new SubmissionProgress(terminal, paths.length);
  const pictures = await submitPictures(paths, {
    client,
    task,
    fields,
    signal,
    keep: async (job, path) => folder?.save(job, path, client, signal) ?? [],
    onEnd: (picture) => progress.onEnd(picture),
  }).finally(() => progress.end());
  await giveResults(pictures, form, { terminal, client, folder });
  const missing = pictures.filter(({ job }) => job?.status !== 'succeeded');
  if (missing.length === 0) return EXIT_CODE.success;
  const lines = missing.map((picture) => `  ${explainMissing(picture)}`);
  const count = `${missing.length} of ${pictures.length} pictures did not succeed:`;
  terminal.message([`${terminal.paint('red', '✗')} ${count}`, ...lines].join('\n'));
  return EXIT_CODE.failure;
}

/** With a folder to save them in, the usual files are made unless others were asked for. */
function withOutputs({ fields, out, usualOutputs }: SubmissionRequest): SubmissionFields {
  const { outputs } = fields;
  if (outputs !== undefined && out === undefined) {
    throw new UsageFailure('outputs are files: say with --out where to save them');
  }
  return out === undefined ? fields : { ...fields, outputs: outputs ?? usualOutputs };
}
