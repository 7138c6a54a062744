import { DEFAULT_POLYGON_TOLERANCE, type Detection, type MaskFormat } from '@darkroom/contracts';
import {
  encodeMaskPng,
  encodeRle,
  encodeRuns,
  type MaskRuns,
  maskToPolygons,
  type RegionMask,
  regionMaskFromRuns,
  type Size,
} from '@darkroom/imaging';
import type { PipelineArtifact } from './family.js';
import { artifactOf } from './picture-artifact.js';

/** A mask as a result has it, and its file where that is a file. */
export interface MaskShape {
  readonly shape: Pick<Detection, 'rle' | 'polygons' | 'artifact'>;
  readonly artifact: PipelineArtifact | null;
}

/** How masks are asked for; left out by a model without masks. */
export interface MaskShapeOptions {
  readonly mask_format?: MaskFormat;
  readonly polygon_tolerance?: number;
}

type Shaper = (
  mask: RegionMask,
  index: number,
  picture: Size,
  options: MaskShapeOptions,
) => Promise<MaskShape>;

const SHAPERS: Readonly<Record<MaskFormat, Shaper>> = {
  rle: async (mask, _index, { width, height }) => {
    const { size, counts } = encodeRle(mask, width, height);
    return { shape: { rle: { size: [...size], counts } }, artifact: null };
  },
  polygon: async (mask, _index, _picture, { polygon_tolerance = DEFAULT_POLYGON_TOLERANCE }) => ({
    shape: { polygons: maskToPolygons(mask, polygon_tolerance) },
    artifact: null,
  }),
  png: async (mask, index, picture) => {
    const bytes = await encodeMaskPng(mask, picture.width, picture.height);
    const artifact = artifactOf('mask', index, bytes, 'png', picture);
    return { shape: { artifact: artifact.name }, artifact };
  },
  none: async () => ({ shape: {}, artifact: null }),
};

/** @param index its place in the result: its PNG is called `mask-<index>.png` */
export function shapeMask(
  mask: RegionMask,
  index: number,
  picture: Size,
  options: MaskShapeOptions,
): Promise<MaskShape> {
  return SHAPERS[options.mask_format ?? 'none'](mask, index, picture, options);
}

/** The same of a mask in runs, which are nearly the run-length code already; other formats need a byte for each pixel around it. */
export async function shapeRuns(
  mask: MaskRuns,
  index: number,
  picture: Size,
  options: MaskShapeOptions,
): Promise<MaskShape> {
  if (options.mask_format === 'none') return { shape: {}, artifact: null };
  if (options.mask_format !== 'rle') return shapeMask(regionMaskFromRuns(mask), index, picture, options);
  const { size, counts } = encodeRuns(mask);
  return { shape: { rle: { size: [...size], counts } }, artifact: null };
}
