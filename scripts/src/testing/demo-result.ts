import type {
  AnalysisResult,
  AnalyzedRegion,
  Artifact,
  ArtifactRole,
  Detection,
  GeneratedImage,
  Job,
  Model,
  PromptFields,
  ScoredConcept,
} from '@darkroom/contracts';
import type { DemoResult } from '../demo-jobs.js';
import type { DemoSubject } from '../demo-subject.js';
import { demoTasks } from '../demo-tasks.js';

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

/** A model that generates. */
export const GENERATOR: Model = {
  ...SHAPES_MODEL,
  id: 'shapes-sd',
  task: 'generation',
  family: 'stable-diffusion',
  version: 'e2e51490',
  description: 'Draws shapes.',
  capabilities: ['text_to_image'],
};

/** A model that compares pictures with texts. */
export const ANALYZER: Model = {
  ...SHAPES_MODEL,
  id: 'shapes-clip',
  task: 'analysis',
  family: 'clip',
  version: '9a1c33d0',
  description: 'Knows shapes by their names.',
  capabilities: ['image_text_similarity'],
};

/** The result of a segmentation that succeeded, with what differs. */
export function demoResult(fileName: string, overrides: Partial<Job> = {}): DemoResult {
  const classes = [
    { id: 0, label: 'background', color: '#000000', pixels: 300_000, fraction: 0.97656 },
    { id: 1, label: 'circle', color: '#e6194b', pixels: 100, fraction: 0.0003 },
  ];
  const result: Job['result'] = { kind: 'semantic', width: 640, height: 480, classes };
  return pictureResult(fileName, 'segmentation', SHAPES_MODEL, { result, ...overrides });
}

/** The result of a detection that succeeded and counted these. */
export function detectionDemoResult(fileName: string, counts: Record<string, number>): DemoResult {
  const result = { width: 640, height: 480, detections: [], counts };
  return pictureResult(fileName, 'detection', DETECTOR, { result });
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
  const demo = pictureResult(fileName, 'prompts', PROMPTABLE, { result });
  return { ...demo, job: { ...demo.job, input: { ...demo.job.input, prompts } } as Job };
}

/** The result of a generation: so many pictures of a text, each with two previews; those of some indexes were withheld. */
export function generationDemoResult(
  name: string,
  prompt: string,
  { count, withheld = [] }: { readonly count: number; readonly withheld?: readonly number[] },
): DemoResult {
  const images = Array.from({ length: count }, (_, index): GeneratedImage => {
    const flagged = withheld.includes(index);
    const artifact = flagged ? null : `image-${index}.png`;
    const about = { prompt, prompt_index: 0, seed: 7, width: 64, height: 64 };
    return { index, artifact, url: artifact, flagged, ...about };
  });
  const artifacts = images.flatMap(({ index, artifact }) =>
    artifact === null
      ? []
      : [
          artifactOf('image', artifact, index),
          ...[5, 10].map((step) => artifactOf('preview', `preview-${index}-step-${step}.jpg`, index)),
        ],
  );
  const overrides = { input: { image: null, priority: 5 }, result: { images }, artifacts };
  return resultOf({ kind: 'text', name, prompt }, 'generation', GENERATOR, overrides);
}

/** Scores by concept. */
export function scored(scores: Readonly<Record<string, number>>): ScoredConcept[] {
  return Object.entries(scores).map(([text, score]) => ({ text, score, similarity: score / 2 }));
}

/** A region of 10 × 10 pixels, with what differs. */
export function analyzedRegion(
  concepts: ScoredConcept[],
  changes: Partial<AnalyzedRegion> = {},
): AnalyzedRegion {
  const [top] = concepts.toSorted((a, b) => b.score - a.score);
  const about = { index: 0, box: [0, 0, 10, 10] as [number, number, number, number], area: 100 };
  return { ...about, predicted_iou: 0.9, concepts, top_concept: top?.text ?? null, crop: null, ...changes };
}

/** The result of an analysis: of a picture, or of one that was generated from a text. */
export function analysisDemoResult(
  subject: { readonly fileName: string } | { readonly name: string; readonly prompt: string },
  concepts: ScoredConcept[],
  regions: AnalyzedRegion[] = [],
): DemoResult {
  const [top] = concepts.toSorted((a, b) => b.score - a.score);
  const scores = { concepts, top_concept: top?.text ?? null };
  const result: AnalysisResult = { width: 64, height: 64, ...scores, regions, embedding: null };
  if ('fileName' in subject) return pictureResult(subject.fileName, 'analysis', ANALYZER, { result });
  const artifacts = [artifactOf('image', 'image-0.png', 0), artifactOf('overlay', 'overlay.jpg')];
  const input = { image: null, priority: 5, generate: { prompt: subject.prompt, seed: 7 } };
  const overrides = { input, result, artifacts };
  const demo = resultOf({ kind: 'text', ...subject }, 'analysis', ANALYZER, overrides);
  return { ...demo, beside: [PROMPTABLE, GENERATOR] };
}

/** The result of a detection of what was generated from a text. */
export function textDetectionDemoResult(
  subject: { readonly name: string; readonly prompt: string },
  detections: readonly Pick<Detection, 'label' | 'score' | 'box'>[],
): DemoResult {
  const found = detections.map((one, index) => ({ index, class_id: 0, area: 1, crop: null, ...one }));
  const result = { width: 64, height: 64, detections: found, counts: {} };
  const overrides = {
    input: { image: null, priority: 5 },
    result,
    artifacts: [artifactOf('overlay', 'overlay.jpg')],
  };
  return resultOf({ kind: 'text', ...subject }, 'detection', DETECTOR, overrides as unknown as Partial<Job>);
}

function pictureResult(fileName: string, task: string, model: Model, overrides: Partial<Job>): DemoResult {
  const name = fileName.replace(/\.\w+$/, '');
  const input = { image: { file_name: fileName, width: 640, height: 480 } } as unknown as Job['input'];
  const artifacts = [artifactOf('overlay', 'overlay.jpg')];
  const subject = { kind: 'picture', fileName, name, bytes: Buffer.alloc(0), prompts: [] } as const;
  return resultOf(subject, task, model, { input, artifacts, ...overrides });
}

function resultOf(subject: DemoSubject, task: string, model: Model, overrides: Partial<Job>): DemoResult {
  const job = {
    id: 'job_01JD8ZAAAAAAAAAAAAAAAAAAAA',
    task: model.task,
    model: model.id,
    status: 'succeeded',
    error: null,
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
    input: subject.kind === 'picture' ? `${subject.name}.input.jpg` : null,
    json: `${subject.name}.${task}.job.json`,
    artifacts: job.artifacts.map((artifact) => ({
      ...artifact,
      file: `${subject.name}.${task}.${artifact.name}`,
    })),
  };
  const demoTask = demoTasks([], 7).find((candidate) => candidate.name === task)!;
  return { subject, demoTask, model, beside: [], job, files };
}

function artifactOf(role: ArtifactRole, name: string, index: number | null = null): Artifact {
  const about = { media_type: 'image/png', bytes: 1, width: 64, height: 64, url: `http://x/${name}` };
  return { role, name, index, ...about };
}
