import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '@darkroom/inference';
import type { Pipeline, PipelineArtifact, PipelineInput } from '@darkroom/model-families';
import { float32Tensor } from '@darkroom/tensor';
import { segmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainPicture } from '../testing/test-service.js';
import { Batcher } from './batcher.js';
import type { FromInferenceProcess } from './inference-messages.js';
import { CanceledError, JobRun } from './job-run.js';
import type { LoadedModel } from './loaded-model.js';

const STEPS = 5;
const SIDE = 32;

let folder: string;
let graph: Awaited<ReturnType<typeof openGraph>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-job-run-'));
  await writeTestModel(folder, { id: 'model', graph: segmentationGraph({ classes: 8 }), manifest: {} });
  const options = { providers: [{ name: 'cpu' }], intraOpThreads: 1 } as const;
  graph = await openGraph(join(folder, 'model', 'graph.onnx'), options);
});
afterAll(async () => {
  await graph.close();
  await rm(folder, { recursive: true });
});

function previewAfter(step: number): PipelineArtifact {
  const bytes = Buffer.from(`after ${step}`);
  const about = { role: 'preview', index: 0, mediaType: 'image/jpeg', width: 8, height: 8 } as const;
  return { ...about, name: `preview-0-${step}.jpg`, bytes };
}

/** Runs a graph so many times for each job, and shows how far it is after every second. */
function steppingModel(seen: PipelineInput[] = []): LoadedModel {
  const pipeline: Pipeline<PipelineInput, number> = {
    takesBatches: false,
    async prepare(input) {
      seen.push(input);
      return input;
    },
    batchKey: () => '',
    async infer(batch, steps) {
      const { name } = graph.inputs[0]!;
      const picture = float32Tensor(new Float32Array(3 * SIDE * SIDE), [1, 3, SIDE, SIDE]);
      for (let done = 0; done < STEPS; done++) {
        steps.step(done, STEPS);
        await graph.run({ [name]: picture }, ['out']);
        if (done % 2 === 1) steps.preview(previewAfter(done + 1), done + 1);
      }
      steps.step(STEPS, STEPS);
      return batch.map(() => STEPS);
    },
    postprocess: async () => ({ result: { images: [] }, artifacts: [], warnings: [] }),
    async warmUp() {},
  };
  const batcher = new Batcher<PipelineInput, number>((...batch) => pipeline.infer(...batch), {
    maxBatch: 1,
    maxDelayMs: 0,
  });
  return {
    device: 'cpu',
    pipeline: pipeline as Pipeline,
    batcher: batcher as LoadedModel['batcher'],
    async close() {},
  };
}

interface Conversation {
  readonly sent: readonly FromInferenceProcess[];
  readonly result: ReturnType<JobRun['runOn']>;
}

function runJob(
  model: LoadedModel,
  picture: Buffer | null,
  isCanceled = (_told: readonly FromInferenceProcess[]) => false,
): Conversation {
  const sent: FromInferenceProcess[] = [];
  const message = {
    type: 'run',
    runId: 'run',
    picture,
    pictureSha256: picture && 'abc',
    options: { steps: STEPS },
    attachments: {},
    memoryShortage: 0,
  } as const;
  const run = new JobRun(
    message,
    (told) => sent.push(told),
    () => isCanceled(sent),
  );
  return { sent, result: run.decode(1e6).then((decoded) => run.runOn(model, decoded)) };
}

const stepsOf = (sent: readonly FromInferenceProcess[]) =>
  sent.flatMap((told) => (told.type === 'progress' ? [told.progress.step ?? 0] : []));

describe('a job without a picture', () => {
  it('skips decoding, and its pipeline is given none', async () => {
    const seen: PipelineInput[] = [];
    const { sent, result } = runJob(steppingModel(seen), null);
    expect((await result).timings).toMatchObject({ decode_ms: null, prepare_ms: expect.any(Number) });
    expect(seen).toEqual([{ picture: null, options: { steps: STEPS }, attachments: {} }]);
    const stages = sent.flatMap((told) => (told.type === 'progress' ? [told.progress.stage] : []));
    expect(new Set(stages)).toEqual(new Set(['prepare', 'inference', 'postprocess']));
  });
});

describe('a run that makes steps', () => {
  it('tells of each, and at the end of all', async () => {
    const { sent, result } = runJob(steppingModel(), await plainPicture(0));
    expect(await result).toMatchObject({ steps: STEPS });
    const told = sent.flatMap((message) => (message.type === 'progress' ? [message.progress] : []));
    const steps = told.map(({ stage, step, steps: all }) => `${stage} ${step}/${all}`);
    expect(steps.slice(0, 2)).toEqual(['decode null/null', 'prepare null/null']);
    expect(steps.slice(-2)).toEqual([`inference ${STEPS}/${STEPS}`, `postprocess ${STEPS}/${STEPS}`]);
    expect(steps).toContain(`inference 3/${STEPS}`);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it('shows how far its picture is', async () => {
    const { sent, result } = runJob(steppingModel(), null);
    await result;
    const previews = sent.flatMap((told) => (told.type === 'preview' ? [told] : []));
    expect(previews.map(({ step }) => step)).toEqual([2, 4]);
    expect(previews[1]).toMatchObject({ runId: 'run', artifact: previewAfter(4) });
  });

  it('stops at its next step once nobody wants it', async () => {
    const { sent, result } = runJob(steppingModel(), null, (told) => Math.max(...stepsOf(told)) >= 3);
    await expect(result).rejects.toBeInstanceOf(CanceledError);
    expect(Math.max(...stepsOf(sent))).toBe(3);
  });
});
