import { type AnalyzedRegion, DEFAULT_POLYGON_TOLERANCE } from '@darkroom/contracts';
import {
  decodeRuns,
  encodeMaskPng,
  maskToPolygons,
  type RegionMask,
  regionMaskFromRuns,
} from '@darkroom/imaging';

/** Points [x, y], in pixels of the picture. */
export type Polygon = readonly (readonly number[])[];

/** What the original says of the masks of a picture, one entry for each region. */
export interface RegionMasks {
  /** PNG in base64, as large as the picture: 255 in the mask, 0 elsewhere. */
  readonly masks: readonly string[];
  readonly iou_scores: readonly (number | null)[];
  readonly polygons: readonly Polygon[];
}

/** @param regions with their masks as run-length codes */
export async function regionMasks(regions: readonly AnalyzedRegion[]): Promise<RegionMasks> {
  const masks: string[] = [];
  const polygons: Polygon[] = [];
  // One at a time: each takes a byte for every pixel of the picture.
  for (const { rle } of regions) {
    const [height, width] = rle!.size as [number, number];
    const runs = decodeRuns({ size: [height, width], counts: rle!.counts }, { maxPixels: width * height });
    const mask = regionMaskFromRuns(runs);
    masks.push((await encodeMaskPng(mask, width, height)).toString('base64'));
    polygons.push(outlineOf(mask));
  }
  return { masks, iou_scores: regions.map(({ predicted_iou }) => predicted_iou), polygons };
}

/** The outline of a mask, of its largest part where it has several; empty for a mask without a pixel. */
function outlineOf(mask: RegionMask): Polygon {
  const outlines = maskToPolygons(mask, DEFAULT_POLYGON_TOLERANCE).map(([outer]) => outer!);
  const largest = outlines.reduce<Polygon>(
    (best, outline) => (areaWithin(outline) > areaWithin(best) ? outline : best),
    [],
  );
  // The last point of a ring is its first once more.
  return largest.slice(0, -1);
}

/** By the shoelace formula: half the sum of the cross products of neighbours. */
function areaWithin(ring: Polygon): number {
  const doubled = ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + x! * nextY! - nextX! * y!;
  }, 0);
  return Math.abs(doubled) / 2;
}
