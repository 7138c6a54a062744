import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph } from '../finding.js';

/** Says for each pixel whether the picture is there, or padding: transformers' name for it. */
const PIXEL_MASK = 'pixel_mask';
const PIXEL_MASK_TYPES = ['int64', 'int32', 'bool', 'float32'] as const;

/** A type that {@link pixelMaskTensor} can be of. */
export type PixelMaskType = (typeof PIXEL_MASK_TYPES)[number];

/** The input with the pixel mask; `null` where the graph has none. */
export function pixelMaskAmong(inputs: readonly TensorSpec[]): TensorSpec | null {
  return inputs.find(({ name }) => name === PIXEL_MASK) ?? null;
}

/** The inputs beside the pixel mask, and what is wrong with that. */
export function splitInputs(inputs: readonly TensorSpec[]): {
  readonly pictures: readonly TensorSpec[];
  readonly pixelMask: TensorSpec | null;
  readonly findings: readonly Finding[];
} {
  const pixelMask = pixelMaskAmong(inputs);
  const pictures = inputs.filter((spec) => spec !== pixelMask);
  if (!pixelMask || isPixelMask(pixelMask)) return { pictures, pixelMask, findings: [] };
  const detail = `expected [batch, height, width] of ${PIXEL_MASK_TYPES.join(', ')}, got ${describeSpec(pixelMask)}`;
  return { pictures, pixelMask, findings: [inGraph(`input ${PIXEL_MASK}`, detail)] };
}

function isPixelMask({ type, dims }: TensorSpec): boolean {
  return (PIXEL_MASK_TYPES as readonly string[]).includes(type) && dims.length === 3;
}
