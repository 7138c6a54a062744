import type { GraphSignature, TensorSpec } from '@darkroom/tensor';

/** How a graph takes its picture, as far as its signature tells. */
export interface PictureInput {
  readonly layout: 'nchw' | 'nhwc' | null;
  /** In pixels; `null` where it is free. */
  readonly width: number | null;
  readonly height: number | null;
}

const CHANNELS = 3;

/** Reads the picture input of a graph: the only input with four dimensions, of which one are the channels. */
export function readPictureInput({ inputs }: GraphSignature): PictureInput {
  const pictures = inputs.filter(
    ({ dims, type }) => dims.length === 4 && type !== 'int64' && type !== 'bool',
  );
  const [only] = pictures;
  if (!only || pictures.length > 1) return { layout: null, width: null, height: null };
  const layout = layoutOf(only);
  const [height, width] = layout === 'nhwc' ? only.dims.slice(1, 3) : only.dims.slice(2);
  return { layout, width: width ?? null, height: height ?? null };
}

function layoutOf({ dims }: TensorSpec): PictureInput['layout'] {
  if (dims[1] === CHANNELS) return 'nchw';
  if (dims[3] === CHANNELS) return 'nhwc';
  return dims[1] === null ? 'nchw' : null;
}
