import {
  DETECTION_OUTPUTS,
  type Detection,
  type DetectionOptions,
  type DetectionOutput,
  type DetectionResult,
  type Label,
} from '@darkroom/contracts';
import { cropPicture, drawDetections, maskArea, type Pixels } from '@darkroom/imaging';
import type { PipelineArtifact, PipelineOutcome } from '../family.js';
import { fewAtATime } from '../few-at-a-time.js';
import { shapeMask } from '../mask-shapes.js';
import { artifactName, pictureArtifact } from '../picture-artifact.js';
import type { Detected } from './detected.js';
import { countLabels, labelOf } from './detection-labels.js';
import { keptClassIds } from './kept-class-ids.js';
import { placeDetections, toHundredths } from './place-detections.js';
import { rememberMasks } from './remember-masks.js';

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
  const placed = rememberMasks(
    placeDetections(detected, picture).map((one) => withoutUnwantedMask(one, options)),
  );
  const described = await fewAtATime(placed, (one, index) => describe(one, index, picture, context));
  const masks = described.flatMap(({ artifact }) => artifact ?? []);
  const classIds = placed.map(({ classId }) => classId);
  const result: DetectionResult = {
    width: picture.width,
    height: picture.height,
    detections: described.map(({ detection }) => detection),
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
  crops: (picture, placed, { options }) =>
    fewAtATime(placed, async ({ box }, index) => {
      const crop = cropPicture(picture, box, options.crop_padding);
      return pictureArtifact('crop', index, crop, options.output_format);
    }),
  model_input: async (_picture, _placed, { modelInput }) => [
    await pictureArtifact('model_input', null, modelInput(), 'png'),
  ],
};

/** The artifacts asked for, in the order in which the contract lists them. */
async function makeOutputs(picture: Pixels, placed: readonly Detected[], context: DetectionContext) {
  const wanted = DETECTION_OUTPUTS.filter((output) => context.options.outputs.includes(output));
  return (await Promise.all(wanted.map((output) => MAKERS[output](picture, placed, context)))).flat();
}

function draw(picture: Pixels, placed: readonly Detected[], labels: readonly Label[]): Promise<Pixels> {
  const drawn = placed.map(({ classId, score, box, mask }) => {
    const { label, color } = labelOf(classId, labels);
    return {
      box,
      color,
      text: `${label} ${score.toFixed(2)}`.trim(),
      // When it is drawn, since all together may not fit memory.
      get mask() {
        return mask?.() ?? null;
      },
    };
  });
  return drawDetections(picture, drawn);
}
