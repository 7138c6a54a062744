import type { DetectionOptions, DetectionResult } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { Pipeline, PipelineArtifact } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { NO_SHORTAGE } from '../run-memory.js';

const plainOptions: DetectionOptions = {
  score_threshold: 0.25,
  max_detections: 300,
  crop_padding: 0,
  outputs: [],
  output_format: 'jpeg',
};

export interface DetectedInPicture {
  readonly result: DetectionResult;
  readonly artifacts: Readonly<Record<string, PipelineArtifact>>;
}

/** A picture through all stages of a detector, alone. */
export async function detect(
  pipeline: Pipeline,
  picture: Pixels,
  options: Partial<DetectionOptions> = {},
): Promise<DetectedInPicture> {
  const input = { picture, options: { ...plainOptions, ...options } };
  const prepared = await pipeline.prepare(input);
  const [inferred] = await pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
  const { result, artifacts } = await pipeline.postprocess(inferred, prepared, input);
  const byName = Object.fromEntries(artifacts.map((artifact) => [artifact.name, artifact]));
  return { result: result as DetectionResult, artifacts: byName };
}
