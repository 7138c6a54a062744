import { extname } from 'node:path';
import { type DarkroomClient, DarkroomProblem } from '@darkroom/client';
import type { ArtifactRole, Job, Model } from '@darkroom/contracts';
import type { DemoOutput } from './demo-output.js';
import type { DemoPicture } from './demo-pictures.js';
import type { DemoTask } from './demo-tasks.js';
import { ExpectedFailure } from './expected-failure.js';

/** What is to be done with one picture. */
export interface DemoJob {
  readonly picture: DemoPicture;
  readonly model: Model;
  readonly demoTask: DemoTask;
}

/** What came of it. */
export interface DemoResult {
  readonly picture: DemoPicture;
  readonly model: Model;
  readonly job: Job;
  /** The files in the output folder: the picture itself, and what was made of it by role. */
  readonly files: { readonly input: string; readonly json: string } & Partial<Record<ArtifactRole, string>>;
}

export interface DemoJobsListener {
  onStage(job: DemoJob, stage: string): void;
  onEnd(picture: DemoPicture, job: Job): void;
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
      const { picture, model } = demoJob;
      const submitted = await submit(client, demoJob, signal);
      const job = await follow(client, submitted, (stage) => listener.onStage(demoJob, stage), signal);
      const files = await store(client, picture, job, output, signal);
      listener.onEnd(picture, job);
      return { picture, model, job, files };
    }),
  );
}

async function submit(
  client: DarkroomClient,
  { picture: { bytes, fileName }, model, demoTask }: DemoJob,
  signal: AbortSignal,
): Promise<Job> {
  try {
    return await demoTask.submit(client, { image: bytes, fileName, model: model.id }, { signal });
  } catch (error) {
    throw error instanceof DarkroomProblem
      ? new ExpectedFailure(`${demoTask.task} of ${fileName}: ${error.message}`)
      : error;
  }
}

async function follow(
  client: DarkroomClient,
  submitted: Job,
  onStage: (stage: string) => void,
  signal: AbortSignal,
): Promise<Job> {
  for await (const { event, data } of client.events(submitted, { signal })) {
    if (event === 'done') return data;
    if (event === 'progress') onStage(data.stage);
    else if (event === 'status') onStage(data.progress.stage);
  }
  return client.waitForEnd(submitted, { signal });
}

async function store(
  client: DarkroomClient,
  picture: DemoPicture,
  job: Job,
  output: DemoOutput,
  signal: AbortSignal,
): Promise<DemoResult['files']> {
  const fileOf = (name: string) => `${picture.name}.${job.task}.${name}`;
  const files: DemoResult['files'] = {
    input: `${picture.name}.input${extname(picture.fileName)}`,
    json: fileOf('job.json'),
    ...Object.fromEntries(job.artifacts.map(({ role, name }) => [role, fileOf(name)])),
  };
  output.write(files.input, picture.bytes);
  output.write(files.json, `${JSON.stringify(job, null, 2)}\n`);
  for (const { name } of job.artifacts) {
    output.write(fileOf(name), await client.artifact(job, name, { signal }));
  }
  return files;
}
