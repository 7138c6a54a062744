import { DarkroomClient } from '@darkroom/client';
import type { CommandContext } from '../command-context.js';
import { UsageFailure } from '../command-failure.js';
import { serviceUrl } from '../service-url.js';
import { ArtifactFolder } from './artifact-folder.js';
import { findPictures } from './find-pictures.js';
import { checkForm, type SubmissionForm } from './give-results.js';
import { reportPictures } from './report-pictures.js';
import { SubmissionProgress } from './submission-progress.js';
import { type PictureTask, type SubmissionFields, submitPictures } from './submit-pictures.js';

export interface SubmissionRequest {
  readonly task: PictureTask;
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
  return reportPictures(pictures, form, { terminal, client, folder });
}

/** With a folder to save them in, the usual files are made unless others were asked for. */
export function withOutputs({
  fields,
  out,
  usualOutputs,
}: Pick<SubmissionRequest, 'fields' | 'out' | 'usualOutputs'>): SubmissionFields {
  const { outputs } = fields;
  if (outputs !== undefined && out === undefined) {
    throw new UsageFailure('outputs are files: say with --out where to save them');
  }
  return out === undefined ? fields : { ...fields, outputs: outputs ?? usualOutputs };
}
