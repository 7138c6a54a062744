import { DarkroomError, type DetectionOptions } from '@darkroom/contracts';
import { boxToPicture, type Placement } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { type Float32Tensor, toFloat32 } from '@darkroom/tensor';
import type { Detected } from '../detection/detected.js';
import type { PictureOutputs, PreparedPicture } from '../detection/detector-pipeline.js';
import { boxPlacement } from './box-placement.js';
import type { CandidateList } from './candidate-list.js';
import { coefficientsOf, decodeCandidates } from './decode-candidates.js';
import { decodeChosen } from './decode-chosen.js';
import { decodeRawHeads } from './decode-raw-heads.js';
import type { Decoding, Wanted } from './decoding.js';
import { maskFromPrototypes, type Prototypes } from './mask-prototypes.js';
import { suppress } from './suppress.js';

/** More than this is no rounding of a sigmoid. */
const HIGHEST_SCORE = 1.01;

/** What of a model the decoding needs. */
interface DecodedModel {
  readonly decoding: Decoding;
  readonly preparation: CompletePreparation;
}

/**
 * What is in a picture, best first.
 * @param outputs the graph's, of this picture: `[1, …]` each
 * @throws DarkroomError `inference_failed` when the outputs are not what the graph's signature said
 */
export function decode(
  outputs: PictureOutputs,
  { decoding, preparation }: DecodedModel,
  { placement, keptClassIds }: Omit<PreparedPicture, 'feeds'>,
  options: DetectionOptions,
): Detected[] {
  const tensors = Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [name, toFloat32(output)]),
  );
  const found = find(tensors, decoding, placement, {
    scoreThreshold: options.score_threshold,
    keptClassIds,
  });
  requireProbabilities(found);
  const { boxes, scores, classIds, sources } = found;
  const placementOfBoxes = boxPlacement(placement, preparation, decoding);
  const maskOf = masksOf(tensors, decoding, placement);
  return Array.from(suppress(found, options), (index): Detected => {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = boxes.subarray(4 * index, 4 * index + 4);
    const box = boxToPicture([x0, y0, x1, y1], placementOfBoxes);
    const mask = maskOf && (() => maskOf(sources[index]!, box));
    return { classId: classIds[index]!, score: scores[index]!, box, mask };
  });
}

function find(
  tensors: Readonly<Record<string, Float32Tensor>>,
  decoding: Decoding,
  { inputWidth, inputHeight }: Placement,
  wanted: Wanted,
): CandidateList {
  const inputSize = { width: inputWidth, height: inputHeight };
  if (decoding.kind === 'raw-heads') return decodeRawHeads(tensors, decoding, inputSize, wanted);
  const tensor = tensors[decoding.output]!;
  if (decoding.layout.layout === 'end-to-end') return decodeChosen(tensor, wanted);
  return decodeCandidates(tensor, decoding, inputSize, wanted);
}

type MaskOf = (candidate: number, box: Detected['box']) => ReturnType<NonNullable<Detected['mask']>>;

function masksOf(
  tensors: Readonly<Record<string, Float32Tensor>>,
  decoding: Decoding,
  placement: Placement,
): MaskOf | null {
  if (decoding.kind !== 'candidates' || decoding.prototypes === null) return null;
  const { layout, output } = decoding;
  const prototypes = readPrototypes(tensors[decoding.prototypes]!, decoding.prototypes, layout.coefficients);
  return (candidate, box) =>
    maskFromPrototypes(prototypes, coefficientsOf(tensors[output]!, layout, candidate), box, placement);
}

function readPrototypes({ dims, data }: Float32Tensor, name: string, expected: number): Prototypes {
  const [, count = 0, height = 0, width = 0] = dims;
  if (dims.length === 4 && count === expected) return { data, count, height, width };
  throw new DarkroomError(
    'inference_failed',
    `Expected ${expected} prototypes of masks in the output ${name}, got a tensor of [${dims.join(', ')}].`,
  );
}

function requireProbabilities({ scores }: CandidateList): void {
  let highest = 0;
  for (let i = 0; i < scores.length; i++) highest = Math.max(highest, scores[i]!);
  if (highest <= HIGHEST_SCORE) return;
  throw new DarkroomError(
    'inference_failed',
    `Expected scores from 0 to 1, got ${highest.toPrecision(4)}. Export the graph with the sigmoid of its scores, ` +
      'or set objectness and layout in the family_options of the model’s manifest as the graph has them.',
  );
}
