import type { Preparation } from '@darkroom/contracts';
import { decodeImage, type Pixels } from '@darkroom/imaging';
import { referenceColor } from '@darkroom/testkit';

/** The part of a manifest that stretches pictures to a size. */
export const stretchTo = (width: number, height: number, more: Partial<Preparation> = {}) => ({
  preparation: { resize: 'stretch' as const, width, height, resampler: 'pil-bilinear' as const, ...more },
});

/** An artifact's picture. */
export const decode = (bytes: Buffer) => decodeImage(bytes, { maxPixels: 1e7 });

/** The class ids in a segmentation map of 8 bits. */
export async function idsIn(map: Buffer): Promise<number[]> {
  const { data } = await decode(map);
  return Array.from({ length: data.length / 3 }, (_, i) => data[i * 3]!);
}

/** Class ids of a class map whose cells are `cellSide` pixels long and wide. */
export function enlarged(classMap: readonly (readonly number[])[], cellSide: number): number[] {
  return classMap.flatMap((row) => {
    const line = row.flatMap((classId) => Array.from({ length: cellSide }, () => classId));
    return Array.from({ length: cellSide }, () => line).flat();
  });
}

/** A class map of four classes. */
export const quadrants = [
  [0, 1],
  [2, 3],
];

/** A picture of the reference colours of a class map, each of its cells `cellSide` pixels long and wide. */
export function pictureOf(classMap: readonly (readonly number[])[], classes: number, cellSide = 1): Pixels {
  const height = classMap.length * cellSide;
  const width = classMap[0]!.length * cellSide;
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const classId = classMap[Math.floor(y / cellSide)]![Math.floor(x / cellSide)]!;
      data.set(
        referenceColor(classId, classes).map((channel) => Math.round(channel * 255)),
        (y * width + x) * 3,
      );
    }
  }
  return { width, height, channels: 3, data };
}
