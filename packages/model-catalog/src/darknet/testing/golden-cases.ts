import { readFileSync } from 'node:fs';
import { decodeNpy, type Float32Tensor, float32Tensor } from '@darkroom/tensor';
import { SeededNumbers } from './seeded-numbers.js';

const FOLDER = new URL('../../../golden/darknet/', import.meta.url);

/** Filters, weights of each, and whether it is normalised. */
type ConvolutionSize = readonly [filters: number, weightsPerFilter: number, isNormalized: 0 | 1];

interface Case {
  /** Layers whose outputs are there. */
  readonly layers: readonly number[];
  readonly convolutions: readonly ConvolutionSize[];
  /** Hash of the numbers in the weights file that Darknet saved, without its header. */
  readonly weights_sha256: string;
}

export const GOLDEN_CASES = JSON.parse(readFileSync(new URL('cases.json', FOLDER), 'utf8')) as Readonly<
  Record<string, Case>
>;

export const goldenCfg = (name: string): Buffer => readFileSync(new URL(`${name}.cfg`, FOLDER));

export const goldenTensor = (name: string, part: string): Float32Tensor =>
  decodeNpy(readFileSync(new URL(`${name}.${part}.npy`, FOLDER)));

/** Version 0.2, and 64 bits of pictures seen. */
const HEADER = Buffer.from([0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** The picture and the weights that the golden data was made with, drawn anew. */
export function seededNetwork(convolutions: readonly ConvolutionSize[], width: number, height: number) {
  const numbers = new SeededNumbers(1);
  const pixels = float32Tensor(numbers.between(0, 1, width * height * 3), [1, 3, height, width]);
  const parts = convolutions.flatMap((size) => seededConvolution(numbers, size));
  return { pixels, weights: Buffer.concat([HEADER, ...parts.map(({ buffer }) => Buffer.from(buffer))]) };
}

function seededConvolution(
  numbers: SeededNumbers,
  [filters, weightsPerFilter, isNormalized]: ConvolutionSize,
) {
  const biases = numbers.between(-0.5, 0.5, filters);
  const normalization = isNormalized
    ? [
        numbers.between(0.1, 0.5, filters),
        numbers.between(-0.2, 0.2, filters),
        numbers.between(0, 1, filters).map((deviation) => deviation * deviation + 0.002),
      ]
    : [];
  const spread = Math.sqrt(2 / weightsPerFilter);
  return [biases, ...normalization, numbers.between(-spread, spread, filters * weightsPerFilter)];
}
