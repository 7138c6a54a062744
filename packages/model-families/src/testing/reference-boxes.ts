import { readFile } from 'node:fs/promises';
import { decodeImage } from '@darkroom/imaging';
import { sharedAsset } from '@darkroom/testkit';
import { expect } from 'vitest';
import type { Pipeline } from '../family.js';
import { detect } from './detect.js';

/** What another program found, by photo, best first. */
type References = Readonly<
  Record<
    string,
    readonly { readonly label: string; readonly score: number; readonly box_xyxy: readonly number[] }[]
  >
>;

/** The detections of another program in the shared photos, in its very order, within some pixels and a score. */
export async function expectReferenceBoxes(
  pipeline: Pipeline,
  referenceFile: string,
  tolerance: { readonly pixels: number; readonly score: number },
): Promise<void> {
  const references = JSON.parse(await readFile(referenceFile, 'utf8')) as References;
  expect(Object.keys(references).length).toBeGreaterThan(3);
  for (const [name, boxes] of Object.entries(references)) {
    const picture = await decodeImage(await readFile(sharedAsset(`photos/${name}`)!), { maxPixels: 1e8 });
    const { result } = await detect(pipeline, picture, { score_threshold: 0.3, iou_threshold: 0.45 });
    expect(result.detections.map(({ label }) => label)).toEqual(boxes.map(({ label }) => label));
    for (const [i, { score, box_xyxy }] of boxes.entries()) {
      expect(Math.abs(result.detections[i]!.score - score)).toBeLessThan(tolerance.score);
      for (const [edge, value] of box_xyxy.entries()) {
        expect(Math.abs(result.detections[i]!.box[edge]! - value)).toBeLessThan(tolerance.pixels);
      }
    }
  }
}
