import { extname } from 'node:path';
import { type DarkroomClient, DarkroomProblem } from '@darkroom/client';
import type { ArtifactRole, Job, Model } from '@darkroom/contracts';
import type { DemoOutput } from './demo-output.js';
import type { DemoPicture } from './demo-pictures.js';
import { ExpectedFailure } from './expected-failure.js';

/** What came of one picture. */
export interface DemoResult {
  readonly picture: DemoPicture;
  readonly job: Job;
  /** The files in the output folder: the picture itself, and what was made of it by role. */
  readonly files: { readonly input: string; readonly json: string } & Partial<Record<ArtifactRole, string>>;
}

export interface DemoJobsListener {
  onStage(picture: DemoPicture, stage: string): void;
  onEnd(picture: DemoPicture, job: Job): void;
}

/** The demo shows a demo model, whatever else is installed: the pictures are drawn for it. */
export async function chooseDemoModel(client: DarkroomClient): Promise<Model> {
  const models = await client.models({ task: 'segmentation' });
  const model = models.find(({ demo, capabilities }) => demo && capabilities.includes('semantic'));
  if (model !== undefined) return model;
  const rejected = (await client.workers()).flatMap(({ rejected_models }) => rejected_models);
  const reasons = rejected.map(({ folder, problems }) => `\n  ${folder}: ${problems.join('; ')}`);
  throw new ExpectedFailure(`no worker serves a demo model for segmentation.${reasons.join('')}`);
}

/** Submits all pictures at once, follows their jobs to the end and stores what comes out. */
export async function runDemoJobs(
  client: DarkroomClient,
  model: Model,
  pictures: readonly DemoPicture[],
  output: DemoOutput,
  listener: DemoJobsListener,
  signal: AbortSignal,
): Promise<DemoResult[]> {
  return Promise.all(
    pictures.map(async (picture) => {
      const submitted = await submit(client, model, picture, signal);
      const job = await follow(client, submitted, (stage) => listener.onStage(picture, stage), signal);
      const files = await store(client, picture, job, output, signal);
      listener.onEnd(picture, job);
      return { picture, job, files };
    }),
  );
}

async function submit(
  client: DarkroomClient,
  model: Model,
  { bytes, fileName }: DemoPicture,
  signal: AbortSignal,
): Promise<Job> {
  try {
    return await client.submitSegmentation(
      { image: bytes, fileName, model: model.id, outputs: ['overlay', 'color_map'] },
      { signal },
    );
  } catch (error) {
    throw error instanceof DarkroomProblem ? new ExpectedFailure(`${fileName}: ${error.message}`) : error;
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
    onStage(event === 'progress' ? data.stage : data.progress.stage);
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
  const files: DemoResult['files'] = {
    input: `${picture.name}.input${extname(picture.fileName)}`,
    json: `${picture.name}.job.json`,
    ...Object.fromEntries(job.artifacts.map(({ role, name }) => [role, `${picture.name}.${name}`])),
  };
  output.write(files.input, picture.bytes);
  output.write(files.json, `${JSON.stringify(job, null, 2)}\n`);
  for (const { role, name } of job.artifacts) {
    output.write(files[role]!, await client.artifact(job, name, { signal }));
  }
  return files;
}
