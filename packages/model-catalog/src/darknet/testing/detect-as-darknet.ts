import { type Pixels, type Placement, pixelsToTensor, placeOnInput, placePicture } from '@darkroom/imaging';
import type { Float32Tensor, Tensor } from '@darkroom/tensor';
import type { DarknetManifest } from '../import-darknet.js';

/** Centre and size in pixels of the picture. */
type CentredBox = readonly [x: number, y: number, width: number, height: number];

export interface DarknetDetection {
  readonly classId: number;
  readonly score: number;
  readonly box: CentredBox;
}

/** A picture on the network's input, as the manifest says it is prepared. */
export function prepare(
  picture: Pixels,
  { preparation }: DarknetManifest,
): { tensor: Float32Tensor; placement: Placement } {
  const placement = placePicture({
    mode: preparation.resize,
    pictureWidth: picture.width,
    pictureHeight: picture.height,
    inputWidth: preparation.width!,
    inputHeight: preparation.height!,
    ...(preparation.letterbox_rounding && { rounding: preparation.letterbox_rounding }),
  });
  const padding = (preparation.padding_color ?? [0, 0, 0]) as [number, number, number];
  const placed = placeOnInput(picture, placement, { resampler: preparation.resampler!, padding });
  const tensor = pixelsToTensor(placed, {
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    channelOrder: 'rgb',
    layout: 'nchw',
  });
  return { tensor, placement };
}

/** `get_network_boxes`, `correct_yolo_boxes` and `do_nms_sort` of Darknet on the rows of an imported graph. */
export function detectAsDarknet(
  rows: Tensor,
  placement: Placement,
  { threshold, iouThreshold }: { readonly threshold: number; readonly iouThreshold: number },
): DarknetDetection[] {
  const [, candidates, values] = rows.dims as [number, number, number];
  const data = rows.data as Float32Array;
  const found: DarknetDetection[] = [];
  for (let classId = 0; classId < values - 5; classId++) {
    const ofClass: DarknetDetection[] = [];
    for (let candidate = 0; candidate < candidates; candidate++) {
      const at = candidate * values;
      const score = Math.fround(data[at + 4]! * data[at + 5 + classId]!);
      if (score > threshold) {
        ofClass.push({ classId, score, box: inPicture(data.subarray(at, at + 4), placement) });
      }
    }
    ofClass.sort((a, b) => b.score - a.score);
    const kept: DarknetDetection[] = [];
    for (const detection of ofClass) {
      if (kept.every((better) => overlap(better.box, detection.box) <= iouThreshold)) kept.push(detection);
    }
    found.push(...kept);
  }
  return found;
}

function inPicture(row: Float32Array, placement: Placement): CentredBox {
  const { pictureWidth, pictureHeight, inputWidth, inputHeight, resizedWidth, resizedHeight } = placement;
  const [x, y, width, height] = row as unknown as CentredBox;
  const [scaleX, scaleY] = [pictureWidth / resizedWidth, pictureHeight / resizedHeight];
  // Darknet takes the padding's exact half here, though the picture lies at the half rounded down.
  return [
    (x - (inputWidth - resizedWidth) / 2) * scaleX,
    (y - (inputHeight - resizedHeight) / 2) * scaleY,
    width * scaleX,
    height * scaleY,
  ];
}

/** Intersection over union. */
function overlap(a: CentredBox, b: CentredBox): number {
  const along = (axis: 0 | 1): number => {
    const end = Math.min(a[axis] + a[axis + 2]! / 2, b[axis] + b[axis + 2]! / 2);
    const start = Math.max(a[axis] - a[axis + 2]! / 2, b[axis] - b[axis + 2]! / 2);
    return Math.max(end - start, 0);
  };
  const intersection = along(0) * along(1);
  return intersection / (a[2] * a[3] + b[2] * b[3] - intersection);
}

/** Edges, cut off at those of the picture. */
export function clippedEdges([x, y, width, height]: CentredBox, picture: { width: number; height: number }) {
  const clip = (value: number, side: number) => Math.min(Math.max(value, 0), side);
  return [
    clip(x - width / 2, picture.width),
    clip(y - height / 2, picture.height),
    clip(x + width / 2, picture.width),
    clip(y + height / 2, picture.height),
  ] as const;
}

/** Intersection over union of two boxes given by their edges. */
export function edgesOverlap(a: readonly number[], b: readonly number[]): number {
  const centred = ([x0, y0, x1, y1]: readonly number[]): CentredBox => [
    (x0! + x1!) / 2,
    (y0! + y1!) / 2,
    x1! - x0!,
    y1! - y0!,
  ];
  return overlap(centred(a), centred(b));
}
