import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AnalysisSubmission,
  DarkroomClient,
  DetectionSubmission,
  SegmentationSubmission,
} from '@darkroom/client';
import { DarkroomProblem, DarkroomUnreachable } from '@darkroom/client';
import type { ErrorCode, Job } from '@darkroom/contracts';
import { CommandFailure } from '../command-failure.js';
import { isUrl, pictureName } from '../picture-word.js';
import { submitJob } from '../submit-job.js';

type Submission = DetectionSubmission & SegmentationSubmission & AnalysisSubmission;
type Fields = Omit<Submission, 'image' | 'fileName' | 'outputs'>;

/** Fields of the contract beside the picture; which outputs and options there are depends on the task. */
export type SubmissionFields = { readonly [Name in keyof Fields]?: Fields[Name] | undefined } & {
  readonly outputs?: readonly string[] | undefined;
};

/** What became of a picture: its ended job, or why there is none. */
export type SubmittedPicture =
  | { readonly path: string; readonly job: Job; readonly files: readonly string[]; readonly problem: null }
  | { readonly path: string; readonly job: null; readonly files: readonly []; readonly problem: string };

/** The tasks that are asked of pictures, and how each is. */
const SUBMIT = {
  segmentation: (client, submission, options) => client.submitSegmentation(submission, options),
  detection: (client, submission, options) => client.submitDetection(submission, options),
  analysis: (client, submission, options) => client.submitAnalysis(submission, options),
} satisfies Record<
  string,
  (client: DarkroomClient, submission: Submission, options: { readonly signal: AbortSignal }) => Promise<Job>
>;
export type PictureTask = keyof typeof SUBMIT;

export interface SubmissionRun {
  readonly client: DarkroomClient;
  readonly task: PictureTask;
  readonly fields: SubmissionFields;
  readonly signal: AbortSignal;
  /** Takes a finished job’s artifacts. @returns the paths of the files written */
  readonly keep: (job: Job, path: string) => Promise<readonly string[]>;
  readonly onEnd: (picture: SubmittedPicture) => void;
}

/** Pictures that are with the service at once: enough to keep several workers busy, too few to fill a queue. */
const AT_ONCE = 8;
/** The most that the service can be told to take. */
const MOST_BYTES = 500 * 1024 * 1024;
const OF_PICTURE: ReadonlySet<ErrorCode> = new Set([
  'unsupported_image',
  'image_too_many_pixels',
  'upload_too_large',
  'url_not_allowed',
  'url_not_fetched',
]);
const MOST_TRIES = 10;
const LONGEST_PAUSE_SECONDS = 60;

/**
 * Submits pictures, some at a time, and waits for their jobs to end. A picture that fails leaves the others alone; a
 * service that can’t be reached ends all.
 * @throws DarkroomUnreachable; the signal’s reason when it is aborted, once the running jobs are canceled
 */
export async function submitPictures(
  paths: readonly string[],
  run: SubmissionRun,
): Promise<SubmittedPicture[]> {
  const results = new Array<SubmittedPicture>(paths.length);
  const waiting = paths.entries();
  const failure = new AbortController();
  const signal = AbortSignal.any([run.signal, failure.signal]);
  const work = async () => {
    for (const [index, path] of waiting) {
      signal.throwIfAborted();
      const result = await submitPicture(path, { ...run, signal });
      results[index] = result;
      run.onEnd(result);
    }
  };
  const works = Array.from({ length: Math.min(AT_ONCE, paths.length) }, () =>
    work().catch((error: unknown) => {
      // The others end too: what ended this one would end them.
      failure.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(works);
  await Promise.all(works);
  return results;
}

async function submitPicture(path: string, run: SubmissionRun): Promise<SubmittedPicture> {
  try {
    const job = await runJob(path, run);
    return { path, job, files: job.status === 'succeeded' ? await run.keep(job, path) : [], problem: null };
  } catch (error) {
    if (run.signal.aborted || !isOfPicture(error, run.fields)) throw error;
    return { path, job: null, files: [], problem: error.message };
  }
}

/** Whether an error says something of one picture, and not of the service or the request as a whole. */
function isOfPicture(error: unknown, { prompts, regions }: SubmissionFields): error is Error {
  if (error instanceof CommandFailure) return true;
  if (!(error instanceof DarkroomProblem) || error.code === null) return false;
  // What lies outside of one picture may lie within another.
  const asksForPlaces = prompts !== undefined || regions !== undefined;
  return OF_PICTURE.has(error.code) || (asksForPlaces && error.code === 'invalid_field');
}

async function runJob(path: string, run: SubmissionRun): Promise<Job> {
  const { client, signal } = run;
  const image = isUrl(path) ? { url: path } : await readPicture(path);
  const submitted = await submitPatiently(image, path, run);
  try {
    return await client.waitForEnd(submitted, { signal });
  } catch (error) {
    if (signal.aborted) await client.cancel(submitted).catch(() => {});
    throw error;
  }
}

async function readPicture(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: Error) => {
    throw new CommandFailure(`cannot be read: ${error.message}`);
  });
  try {
    const { size } = await file.stat();
    if (size <= MOST_BYTES) return await file.readFile();
    throw new CommandFailure(`is ${size} bytes long; no service takes more than ${MOST_BYTES}`);
  } finally {
    await file.close();
  }
}

/** A full queue or a busy store is waited for. */
async function submitPatiently(
  image: DetectionSubmission['image'],
  path: string,
  run: SubmissionRun,
): Promise<Job> {
  const { client, task, fields, signal } = run;
  const submission = { image, fileName: pictureName(path), ...fields };
  for (let tries = 1; ; tries++) {
    try {
      return await submitJob(
        (options) => SUBMIT[task](client, submission as unknown as Submission, options),
        client,
        signal,
      );
    } catch (error) {
      if (signal.aborted || error instanceof DarkroomUnreachable || !isPassing(error) || tries >= MOST_TRIES)
        throw error;
      const seconds = Math.min(error.retryAfterSeconds ?? tries, LONGEST_PAUSE_SECONDS);
      await sleep(seconds * 1000, undefined, { signal });
    }
  }
}

/** What a URL does not give now, its owner has to look after; asking again and again is no use. */
function isPassing(error: unknown): error is DarkroomProblem {
  return error instanceof DarkroomProblem && error.retryable && error.code !== 'url_not_fetched';
}
