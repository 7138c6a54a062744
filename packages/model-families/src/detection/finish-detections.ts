import type {
  Detection,
  DetectionOptions,
  DetectionOutput,
  DetectionResult,
  Label,
} from '@darkroom/contracts';
import { cropPicture, drawDetections, maskArea, type Pixels } from '@darkroom/imaging';
import type { PipelineArtifact, PipelineOutcome } from '../family.js';
import { artifactName, pictureArtifact } from './artifacts.js';
import type { Detected } from './detected.js';
import { countLabels, labelOf } from './detection-labels.js';
import { keptClassIds } from './kept-class-ids.js';
import { shapeMask } from './mask-shapes.js';
import { placeDetections, toHundredths } from './place-detections.js';

export interface DetectionContext {
  /** The model's labels, by class id. */
  readonly labels: readonly Label[];
  readonly options: DetectionOptions;
  /** The picture as the network saw it. */
  modelInput(): Pixels;
}

/**
 * Result and artifacts of what a detector found. Filters and limits are the family's, which applies them before its
 * costly parts; here boxes are clipped to the picture, and left out where nothing is left of them.
 */
export async function finishDetections(
  picture: Pixels,
  detected: readonly Detected[],
  context: DetectionContext,
): Promise<PipelineOutcome> {
  const { labels, options } = context;
  const placed = placeDetections(detected, picture).map((one) => withoutUnwantedMask(one, options));
  const detections: Detection[] = [];
  const masks: PipelineArtifact[] = [];
  for (const [index, one] of placed.entries()) {
    const { detection, artifact } = await describe(one, index, picture, context);
    detections.push(detection);
    if (artifact) masks.push(artifact);
  }
  const classIds = placed.map(({ classId }) => classId);
  const result: DetectionResult = {
    width: picture.width,
    height: picture.height,
    detections,
    counts: countLabels(classIds, keptClassIds(options.classes, labels), labels),
  };
  return { result, artifacts: [...(await makeOutputs(picture, placed, context)), ...masks], warnings: [] };
}

/** With `mask_format` none, masks are neither given nor drawn, as with a model that has none. */
function withoutUnwantedMask(detected: Detected, { mask_format = 'none' }: DetectionOptions): Detected {
  return mask_format === 'none' ? { ...detected, mask: null } : detected;
}

async function describe(
  { classId, score, box, mask: makeMask }: Detected,
  index: number,
  picture: Pixels,
  { labels, options }: DetectionContext,
): Promise<{ detection: Detection; artifact: PipelineArtifact | null }> {
  const [x0, y0, x1, y1] = box;
  const mask = makeMask?.() ?? null;
  const { shape, artifact } = mask
    ? await shapeMask(mask, index, picture, options)
    : { shape: {}, artifact: null };
  const detection: Detection = {
    index,
    class_id: classId,
    label: labelOf(classId, labels).label,
    score,
    box: [x0, y0, x1, y1],
    area: mask ? maskArea(mask) : toHundredths((x1 - x0) * (y1 - y0)),
    ...shape,
    crop: options.outputs.includes('crops') ? artifactName('crop', index, options.output_format) : null,
  };
  return { detection, artifact };
}

type Maker = (
  picture: Pixels,
  placed: readonly Detected[],
  context: DetectionContext,
) => Promise<PipelineArtifact[]>;

const MAKERS: Readonly<Record<DetectionOutput, Maker>> = {
  overlay: async (picture, placed, { labels, options }) => [
    await pictureArtifact('overlay', null, await draw(picture, placed, labels), options.output_format),
  ],
  crops: async (picture, placed, { options }) => {
    const crops: PipelineArtifact[] = [];
    for (const [index, { box }] of placed.entries()) {
      const crop = cropPicture(picture, box, options.crop_padding);
      crops.push(await pictureArtifact('crop', index, crop, options.output_format));
    }
    return crops;
  },
  model_input: async (_picture, _placed, { modelInput }) => [
    await pictureArtifact('model_input', null, modelInput(), 'png'),
  ],
};

/** The artifacts asked for, in the order in which the contract lists them. */
async function makeOutputs(picture: Pixels, placed: readonly Detected[], context: DetectionContext) {
  const artifacts: PipelineArtifact[] = [];
  for (const [output, make] of Object.entries(MAKERS) as [DetectionOutput, Maker][]) {
    if (context.options.outputs.includes(output)) artifacts.push(...(await make(picture, placed, context)));
  }
  return artifacts;
}

function draw(picture: Pixels, placed: readonly Detected[], labels: readonly Label[]): Promise<Pixels> {
  const drawn = placed.map(({ classId, score, box, mask }) => {
    const { label, color } = labelOf(classId, labels);
    return {
      box,
      color,
      text: `${label} ${score.toFixed(2)}`.trim(),
      // Made when it is drawn, so that no more than one is held at a time.
      get mask() {
        return mask?.() ?? null;
      },
    };
  });
  return drawDetections(picture, drawn);
}
