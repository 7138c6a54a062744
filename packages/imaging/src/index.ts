export * from './argmax-logits.js';
export * from './boxes/box-geometry.js';
export * from './boxes/crop-picture.js';
export * from './boxes/crop-square.js';
export * from './boxes/largest-saturated-box.js';
export * from './boxes/non-maximum-suppression.js';
export type * from './class-ids.js';
export * from './class-map.js';
export * from './decode-grey.js';
export * from './decode-image.js';
export * from './encode-image.js';
export * from './image-format.js';
export { type ImageHeader, type ImageLimits, MAX_SIDE_PIXELS, readImageHeader } from './image-header.js';
export * from './image-rejected-error.js';
export type * from './logits.js';
export * from './masks/decode-rle.js';
export * from './masks/encode-mask-png.js';
export { encodeRle } from './masks/encode-rle.js';
export * from './masks/label-map.js';
export * from './masks/mask-enlarger.js';
export type { MaskThresholds } from './masks/mask-levels.js';
export {
  areaOfRuns,
  boxOfRuns,
  encodeRuns,
  type MaskRuns,
  regionMaskFromRuns,
} from './masks/mask-runs.js';
export * from './masks/mask-to-polygons.js';
export { cropMask, maskArea, maskBox, type RegionMask, regionMaskFrom } from './masks/region-mask.js';
export * from './masks/remove-small-regions.js';
export type { Rle } from './masks/rle.js';
export * from './normalize.js';
export * from './overlay/draw-caption.js';
export * from './overlay/draw-detections.js';
export * from './overlay/draw-masks.js';
export * from './palettes/color.js';
export * from './palettes/distinct-color.js';
export * from './palettes/palettes.js';
export * from './pixels.js';
export * from './place-on-input.js';
export * from './placed-coordinates.js';
export * from './placement.js';
export { type DarknetPixels, resampleDarknet } from './resamplers/darknet.js';
export * from './resamplers/resampler.js';
export * from './resamplers/resamplers.js';
export * from './round-half-to-even.js';
export type { ShortestEdgeRounding } from './sides-by-shortest-edge.js';
