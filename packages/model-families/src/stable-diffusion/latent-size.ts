/** Latents of pictures: all of one size. */
export interface LatentSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** How many numbers the latents of one picture are. */
export function lengthOf({ channels, height, width }: LatentSize): number {
  return channels * height * width;
}

/** Latents of several pictures, each by itself, over the same memory. */
export function latentsOfEach(latents: Float32Array, size: LatentSize): Float32Array[] {
  const length = lengthOf(size);
  const count = latents.length / length;
  return Array.from({ length: count }, (_, i) => latents.subarray(i * length, (i + 1) * length));
}
