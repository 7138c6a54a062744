import { DarkroomError } from '@darkroom/contracts';
import type { Float32Tensor } from '@darkroom/tensor';
import { BOX_VALUES, type CandidateLayout } from './candidate-layout.js';
import type { CandidateList } from './candidate-list.js';
import type { Decoding, Wanted } from './decoding.js';
import { type InputSize, listCells, stridesOf, USUAL_STRIDES } from './grid-cells.js';
import { type CandidateTensor, scanScores } from './scan-scores.js';

type CandidatesDecoding = Extract<Decoding, { kind: 'candidates' }>;

/**
 * The candidates of one picture that reach the score threshold, each with its box.
 * @param inputSize of the network, in pixels
 * @throws DarkroomError `inference_failed` when the tensor isn't what the signature said
 */
export function decodeCandidates(
  { dims, data }: Float32Tensor,
  decoding: CandidatesDecoding,
  inputSize: InputSize,
  { scoreThreshold, keptClassIds }: Wanted,
): CandidateList {
  const { output, layout, multiLabel } = decoding;
  const isFirst = layout.candidates === 'first';
  const [count, values] = isFirst ? [dims[1]!, dims[2]!] : [dims[2]!, dims[1]!];
  const firstClassAt = BOX_VALUES + (layout.objectness ? 1 : 0);
  const classes = layout.classes!;
  const expected = firstClassAt + classes + layout.coefficients;
  if (values !== expected) {
    throw new DarkroomError(
      'inference_failed',
      `Expected ${expected} values for each candidate in the output ${output}, for ${classes} classes, ` +
        `got a tensor of [${dims.join(', ')}]. The labels of the model’s manifest must name every class of its graph.`,
    );
  }
  const tensor: CandidateTensor = {
    data,
    count,
    candidateStep: isFirst ? values : 1,
    valueStep: isFirst ? 1 : count,
  };
  const found = scanScores(tensor, {
    objectnessAt: layout.objectness ? BOX_VALUES : null,
    firstClassAt,
    classes,
    scoreThreshold,
    multiLabel,
    keptClassIds,
  });
  const cells = layout.layout === 'grid' ? cellsFor(count, decoding, inputSize) : null;
  placeBoxes(found, tensor, cells);
  return found;
}

/** Coefficients of the masks, by candidate. */
export function coefficientsOf(
  { dims, data }: Float32Tensor,
  { candidates, coefficients }: CandidateLayout,
  candidate: number,
): Float32Array {
  const isFirst = candidates === 'first';
  const [count, values] = isFirst ? [dims[1]!, dims[2]!] : [dims[2]!, dims[1]!];
  const firstAt = values - coefficients;
  return isFirst
    ? data.slice(candidate * values + firstAt, (candidate + 1) * values)
    : Float32Array.from({ length: coefficients }, (_, k) => data[(firstAt + k) * count + candidate]!);
}

/**
 * Centre and size as edges. In a grid, YOLOX's decoding (`demo_postprocess`): the centre counts from its cell, in
 * cells; the size is a logarithm of cells.
 */
function placeBoxes(found: CandidateList, tensor: CandidateTensor, cells: Float32Array | null): void {
  const { data, candidateStep, valueStep } = tensor;
  const { sources } = found;
  for (let i = 0; i < sources.length; i++) {
    const candidate = sources[i]!;
    const at = candidate * candidateStep;
    let x = data[at]!;
    let y = data[at + valueStep]!;
    let halfWidth = data[at + 2 * valueStep]! / 2;
    let halfHeight = data[at + 3 * valueStep]! / 2;
    if (cells) {
      const stride = cells[candidate * 3 + 2]!;
      x = (x + cells[candidate * 3]!) * stride;
      y = (y + cells[candidate * 3 + 1]!) * stride;
      halfWidth = (Math.exp(2 * halfWidth) * stride) / 2;
      halfHeight = (Math.exp(2 * halfHeight) * stride) / 2;
    }
    found.placeBox(i, x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
  }
  found.keepFinite();
}

function cellsFor(
  count: number,
  { output, strides }: CandidatesDecoding,
  inputSize: InputSize,
): Float32Array {
  const fitting = stridesOf(count, inputSize, strides);
  if (fitting) return listCells(inputSize, fitting);
  throw new DarkroomError(
    'inference_failed',
    `Expected a candidate for each cell of ${(strides ?? USUAL_STRIDES).join(', ')} pixels in an input of ` +
      `${inputSize.width} × ${inputSize.height}, got ${count} in the output ${output}. ` +
      'Set strides in the family_options of the model’s manifest.',
  );
}
