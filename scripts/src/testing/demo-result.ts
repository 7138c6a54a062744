import type { Job, Model, PromptFields } from '@darkroom/contracts';
import type { DemoResult } from '../demo-jobs.js';
import { DEMO_TASKS } from '../demo-tasks.js';

/** A model that segments, as the api describes it. */
export const SHAPES_MODEL: Model = {
  id: 'shapes-seg',
  task: 'segmentation',
  family: 'semantic-segmentation',
  version: '3f9c1a20',
  demo: true,
  description: 'Finds circles & squares.',
  license: 'Apache-2.0',
  source: null,
  labels: [],
  capabilities: ['semantic'],
  options: {},
  input_size: { width: null, height: null },
  default: true,
  state: 'ready',
  problem: null,
  workers: ['worker-1'],
  queue_depth: 0,
  usual_ms: null,
};

/** A model that detects. */
export const DETECTOR: Model = {
  ...SHAPES_MODEL,
  id: 'shapes-det',
  task: 'detection',
  family: 'yolo',
  version: '067cf755',
  description: 'Finds boxes.',
  labels: [
    { id: 0, label: 'circle', color: '#e4572e' },
    { id: 1, label: 'square', color: '#2e9cca' },
  ],
  capabilities: ['boxes', 'masks'],
};

/** A model that answers prompts. */
export const PROMPTABLE: Model = {
  ...SHAPES_MODEL,
  id: 'shapes-sam',
  family: 'sam',
  version: 'a67ac5b6',
  description: 'Finds what you click on.',
  capabilities: ['prompts', 'everything'],
};

/** The result of a segmentation that succeeded, with what differs. */
export function demoResult(fileName: string, overrides: Partial<Job> = {}): DemoResult {
  const classes = [
    { id: 0, label: 'background', color: '#000000', pixels: 300_000, fraction: 0.97656 },
    { id: 1, label: 'circle', color: '#e6194b', pixels: 100, fraction: 0.0003 },
  ];
  const result: Job['result'] = { kind: 'semantic', width: 640, height: 480, classes };
  return resultOf(fileName, 'segmentation', SHAPES_MODEL, { result, ...overrides });
}

/** The result of a detection that succeeded and counted these. */
export function detectionDemoResult(fileName: string, counts: Record<string, number>): DemoResult {
  const result = { width: 640, height: 480, detections: [], counts };
  return resultOf(fileName, 'detection', DETECTOR, { result });
}

/** The result of prompts, one mask for each of them. */
export function promptsDemoResult(fileName: string, prompts: readonly PromptFields[]): DemoResult {
  const masks = prompts.map((_, index) => ({
    index,
    prompt_index: index,
    area: 100 * (index + 1),
    box: [0, 0, 10, 10] as [number, number, number, number],
    predicted_iou: 0.973,
    stability_score: 0.99,
    point: null,
  }));
  const result: Job['result'] = { kind: 'masks', width: 640, height: 480, masks };
  const { input, ...demo } = resultOf(fileName, 'prompts', PROMPTABLE, { result }).job;
  const job = { ...demo, input: { ...input, prompts } } as Job;
  return { ...resultOf(fileName, 'prompts', PROMPTABLE, {}), job };
}

function resultOf(fileName: string, task: string, model: Model, overrides: Partial<Job>): DemoResult {
  const name = fileName.replace(/\.\w+$/, '');
  const job = {
    id: 'job_01JD8ZAAAAAAAAAAAAAAAAAAAA',
    task: model.task,
    model: model.id,
    status: 'succeeded',
    error: null,
    input: { image: { file_name: fileName, width: 640, height: 480 } },
    execution: { worker: 'worker-1', device: 'cpu', batch_size: 1, embedding: null },
    timings: {
      queue_ms: 2.14,
      decode_ms: 8,
      prepare_ms: 3.3,
      inference_ms: 71.4,
      postprocess_ms: null,
      total_ms: 91.7,
    },
    ...overrides,
  } as unknown as Job;
  const files = {
    input: `${name}.input.jpg`,
    json: `${name}.${task}.job.json`,
    overlay: `${name}.${task}.overlay.jpg`,
  };
  const picture = { fileName, name, bytes: Buffer.alloc(0), prompts: [] };
  const demoTask = DEMO_TASKS.find((candidate) => candidate.name === task)!;
  return { picture, demoTask, model, job, files };
}
