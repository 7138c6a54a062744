import {
  type Normalization,
  type Pixels,
  type Placement,
  type PlacementRequest,
  pixelsToTensor,
  placeOnInput,
  placePicture,
  type ResampledPixels,
} from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import type { Float32Tensor } from '@darkroom/tensor';

/** A picture as a network takes it, and where on the network's input it lies. */
export interface PlacedTensor {
  /** `[1, 3, height, width]` or `[1, height, width, 3]`, as the preparation's layout says. */
  readonly tensor: Float32Tensor;
  readonly placement: Placement;
}

/** Resizes a picture, puts it on the network's input and turns it into numbers, as the manifest says. */
export function preparePicture(picture: Pixels, preparation: CompletePreparation): PlacedTensor {
  const placement = placePicture(placementRequest(picture, preparation));
  const placed = onInput(picture, placement, preparation);
  return { tensor: pixelsToTensor(placed, normalizationOf(preparation)), placement };
}

/** The first half of that, up to the numbers, which take four times the memory. */
export function resizePicture(picture: Pixels, preparation: CompletePreparation): ResampledPixels {
  return onInput(picture, placePicture(placementRequest(picture, preparation)), preparation);
}

function onInput(
  picture: Pixels,
  placement: Placement,
  { resampler, padding_color }: CompletePreparation,
): ResampledPixels {
  // Only a picture that is left as it is needs no resampler.
  if (resampler === undefined) return picture;
  return placeOnInput(picture, placement, { resampler, padding: padding_color });
}

/** From the manifest's words to the names that imaging uses. */
export function normalizationOf(preparation: CompletePreparation): Normalization {
  const { scale, mean, std, channel_order, layout } = preparation;
  return { scale, mean, std, channelOrder: channel_order, layout };
}

function placementRequest({ width, height }: Pixels, preparation: CompletePreparation): PlacementRequest {
  const { shortest_edge, longest_edge, multiple_of } = preparation;
  return {
    mode: preparation.resize,
    pictureWidth: width,
    pictureHeight: height,
    inputWidth: preparation.width ?? null,
    inputHeight: preparation.height ?? null,
    ...(shortest_edge !== undefined && { shortestEdge: shortest_edge }),
    ...(longest_edge !== undefined && { longestEdgeLimit: longest_edge }),
    ...(multiple_of !== undefined && { multipleOf: multiple_of }),
    letterboxAnchor: preparation.letterbox_anchor,
    rounding: preparation.letterbox_rounding,
    shortestEdgeRounding: preparation.shortest_edge_rounding,
    cropRounding: preparation.crop_rounding,
  };
}
