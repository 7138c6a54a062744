import { LIMITS } from './limits.js';
import type { SectionKeys } from './section-keys.js';

/** What a layer gives for one picture. */
export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** `24 channels of 40 × 30` (width × height). */
export function describeShape({ channels, height, width }: Shape): string {
  return `${channels} channels of ${width} × ${height}`;
}

/** @throws DarknetError when a layer's output is empty or more than any real network's */
export function checkShape(shape: Shape, keys: SectionKeys): Shape {
  const { channels, height, width } = shape;
  if (channels < 1 || height < 1 || width < 1) {
    throw keys.error(
      `nothing is left of the picture (${describeShape(shape)}); set a larger width and height in [net]`,
    );
  }
  if (channels * height * width > LIMITS.layerElements) {
    throw keys.error(
      `gives ${describeShape(shape)}; expected at most ${LIMITS.layerElements} numbers. Set a smaller width and height in [net]`,
    );
  }
  return shape;
}
