import type { Job, Model } from '@darkroom/contracts';
import type { DemoResult } from '../demo-jobs.js';

/** A model as the api describes it. */
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

/** The result of a job that succeeded, with what differs. */
export function demoResult(fileName: string, overrides: Partial<Job> = {}): DemoResult {
  const name = fileName.replace(/\.\w+$/, '');
  const job = {
    id: 'job_01JD8ZAAAAAAAAAAAAAAAAAAAA',
    model: 'shapes-seg',
    status: 'succeeded',
    error: null,
    input: { image: { file_name: fileName, width: 640, height: 480 } },
    result: {
      kind: 'semantic',
      width: 640,
      height: 480,
      classes: [
        { id: 0, label: 'background', color: '#000000', pixels: 300_000, fraction: 0.97656 },
        { id: 1, label: 'circle', color: '#e6194b', pixels: 100, fraction: 0.0003 },
      ],
    },
    execution: { worker: 'worker-1', device: 'cpu', batch_size: 1 },
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
  const files = { input: `${name}.input.jpg`, json: `${name}.job.json`, overlay: `${name}.overlay.jpg` };
  return { picture: { fileName, name, bytes: Buffer.alloc(0) }, job, files };
}
