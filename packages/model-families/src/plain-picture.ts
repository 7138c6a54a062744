import type { Pixels } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';

/** Side of the picture that a graph of free input size is warmed up with, in pixels. */
const WARM_UP_SIDE = 256;

/** A picture without anything on it, of the size that a network takes, to warm it up with. */
export function plainPicture({ width, height, shortest_edge }: CompletePreparation): Pixels {
  const side = Math.min(shortest_edge ?? WARM_UP_SIDE, WARM_UP_SIDE);
  const size = { width: width ?? side, height: height ?? side };
  return { ...size, channels: 3, data: new Uint8Array(size.width * size.height * 3).fill(128) };
}
