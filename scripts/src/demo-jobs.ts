import { extname } from 'node:path';
import { type DarkroomClient, DarkroomProblem } from '@darkroom/client';
import type { Artifact, ArtifactRole, Job, Model, Progress } from '@darkroom/contracts';
import type { DemoOutput } from './demo-output.js';
import { type DemoSubject, subjectTitle } from './demo-subject.js';
import type { DemoTask } from './demo-tasks.js';
import { ExpectedFailure } from './expected-failure.js';

/** What is to be done with one picture or one text. */
export interface DemoJob {
  readonly subject: DemoSubject;
  /** The one that the task is about. */
  readonly model: Model;
  /** Those that it takes beside it. */
  readonly beside: readonly Model[];
  readonly demoTask: DemoTask;
}

/** What came of it. */
export interface DemoResult extends DemoJob {
  readonly job: Job;
  readonly files: DemoFiles;
}

/** The names of a job's files in the output folder. */
export interface DemoFiles {
  /** The picture that was sent; a text has no file. */
  readonly input: string | null;
  readonly json: string;
  readonly artifacts: readonly StoredArtifact[];
}

export interface StoredArtifact extends Artifact {
  readonly file: string;
}

/** The artifacts of one role, in their order. */
export function artifactsOf({ files }: Pick<DemoResult, 'files'>, role: ArtifactRole): StoredArtifact[] {
  return files.artifacts.filter((artifact) => artifact.role === role);
}

export interface DemoJobsListener {
  onProgress(job: DemoJob, progress: Progress): void;
  onEnd(job: DemoJob, ended: Job): void;
}

/** Submits all jobs at once, follows them to the end and stores what comes out. */
export async function runDemoJobs(
  client: DarkroomClient,
  jobs: readonly DemoJob[],
  output: DemoOutput,
  listener: DemoJobsListener,
  signal: AbortSignal,
): Promise<DemoResult[]> {
  return Promise.all(
    jobs.map(async (demoJob) => {
      const submitted = await submit(client, demoJob, signal);
      const job = await follow(
        client,
        submitted,
        (progress) => listener.onProgress(demoJob, progress),
        signal,
      );
      const files = await store(client, demoJob, job, output, signal);
      listener.onEnd(demoJob, job);
      return { ...demoJob, job, files };
    }),
  );
}

async function submit(
  client: DarkroomClient,
  { subject, model, beside, demoTask }: DemoJob,
  signal: AbortSignal,
): Promise<Job> {
  try {
    const ids = [model.id, ...beside.map(({ id }) => id)] as const;
    return await demoTask.submit(client, subject, ids, { signal });
  } catch (error) {
    throw error instanceof DarkroomProblem
      ? new ExpectedFailure(`${demoTask.name} of ${subjectTitle(subject)}: ${error.message}`)
      : error;
  }
}

async function follow(
  client: DarkroomClient,
  submitted: Job,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Job> {
  for await (const { event, data } of client.events(submitted, { signal })) {
    if (event === 'done') return data;
    if (event === 'progress') onProgress(data);
    else if (event === 'status') onProgress(data.progress);
  }
  return client.waitForEnd(submitted, { signal });
}

async function store(
  client: DarkroomClient,
  { subject, demoTask }: DemoJob,
  job: Job,
  output: DemoOutput,
  signal: AbortSignal,
): Promise<DemoFiles> {
  const fileOf = (name: string) => `${subject.name}.${demoTask.name}.${name}`;
  const json = fileOf('job.json');
  output.write(json, `${JSON.stringify(job, null, 2)}\n`);
  const artifacts: StoredArtifact[] = [];
  for (const artifact of job.artifacts) {
    const file = fileOf(artifact.name);
    output.write(file, await client.artifact(job, artifact.name, { signal }));
    artifacts.push({ ...artifact, file });
  }
  return { input: storeInput(subject, output), json, artifacts };
}

function storeInput(subject: DemoSubject, output: DemoOutput): string | null {
  if (subject.kind === 'text') return null;
  const file = `${subject.name}.input${extname(subject.fileName)}`;
  output.write(file, subject.bytes);
  return file;
}
