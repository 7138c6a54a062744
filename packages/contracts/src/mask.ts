import { type Static, Type } from 'typebox';

export const MASK_FORMATS = ['rle', 'polygon', 'png', 'none'] as const;
export const MaskFormatSchema = Type.Enum([...MASK_FORMATS], {
  description:
    'How masks are given: `rle` as COCO’s compressed runs, `polygon` as GeoJSON coordinates, `png` as artifacts, or `none`.',
});
export type MaskFormat = Static<typeof MaskFormatSchema>;

const POLYGON_TOLERANCE_MAX = 1000;
export const PolygonToleranceSchema = Type.Number({
  minimum: 0,
  maximum: POLYGON_TOLERANCE_MAX,
  description: 'How far, in pixels, a polygon may leave the mask’s outline; 0 keeps every corner. Default 1.',
});
export const DEFAULT_POLYGON_TOLERANCE = 1;

export const OverlayOpacitySchema = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'How much of a mask’s colour covers the picture in the overlay. Default 0.4.',
});
export const DEFAULT_OVERLAY_OPACITY = 0.4;

export const OverlayOutlinesSchema = Type.Boolean({
  description: 'Whether masks have an outline in the overlay. Default true.',
});

/** COCO's compressed run-length encoding. */
export const RleSchema = Type.Object({
  size: Type.Array(Type.Integer(), { minItems: 2, maxItems: 2, description: '`[height, width]`' }),
  counts: Type.String({ description: 'As pycocotools writes and reads it.' }),
});
export type Rle = Static<typeof RleSchema>;

export const PolygonsSchema = Type.Array(Type.Array(Type.Array(Type.Array(Type.Number()))), {
  description:
    'Coordinates of a GeoJSON MultiPolygon in pixels: polygons of closed rings, the outer ring first, then holes.',
});

/** A mask in the format that was asked for: at most one of these. */
export const maskShapes = {
  rle: Type.Optional(RleSchema),
  polygons: Type.Optional(PolygonsSchema),
  artifact: Type.Optional(Type.String({ description: 'Name of the PNG with the mask: 0 and 255.' })),
};
