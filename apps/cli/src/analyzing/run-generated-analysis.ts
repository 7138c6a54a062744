import { DarkroomClient } from '@darkroom/client';
import type { AnalysisFields, Job } from '@darkroom/contracts';
import type { CommandContext } from '../command-context.js';
import { followJob } from '../follow-job.js';
import { promptStem } from '../generating/picture-folder.js';
import { serviceUrl } from '../service-url.js';
import { submitJob } from '../submit-job.js';
import { ArtifactFolder } from '../submitting/artifact-folder.js';
import { checkForm } from '../submitting/give-results.js';
import { reportPictures } from '../submitting/report-pictures.js';
import { type SubmissionRequest, withOutputs } from '../submitting/run-submission.js';

export interface GeneratedAnalysisRequest
  extends Pick<SubmissionRequest, 'url' | 'out' | 'usualOutputs' | 'form' | 'fields'> {
  /** What the picture is generated from. */
  readonly generate: NonNullable<AnalysisFields['generate']> & { readonly prompt: string };
}

/**
 * Has a picture generated and analyzed, and follows every step.
 * @returns the exit code: failure unless the job succeeded
 */
export async function runGeneratedAnalysis(
  request: GeneratedAnalysisRequest,
  context: CommandContext,
): Promise<number> {
  const { terminal, env, signal } = context;
  const { out, form, generate } = request;
  const fields = withOutputs(request);
  checkForm(form, 1, out);
  const client = new DarkroomClient({ baseUrl: serviceUrl(request, env) });
  const submission = { ...(fields as AnalysisFields), generate };
  const submitted = await submitJob((options) => client.submitAnalysis(submission, options), client, signal);
  const name = nameOf(submitted, generate.prompt);
  const folder = out === undefined ? null : await ArtifactFolder.open(out, [name]);
  const job = await followJob(submitted, client, context);
  const isDone = job.status === 'succeeded';
  const files = folder && isDone ? await folder.save(job, name, client, signal) : [];
  return reportPictures([{ path: name, job, files, problem: null }], form, { terminal, client, folder });
}

/** What the picture is called here: its prompt and the seed that makes it again. */
function nameOf({ input }: Job, prompt: string): string {
  const { seed } = (input as { readonly generate?: { readonly seed?: number } }).generate ?? {};
  return [promptStem(prompt), ...(seed === undefined ? [] : [seed])].join('-');
}
