import type { GraphSignature, TensorSpec } from '@darkroom/tensor';

/** How a graph takes its picture, as far as its signature tells. */
export interface PictureInput {
  readonly layout: 'nchw' | 'nhwc' | null;
  /** In pixels; `null` where it is free. */
  readonly width: number | null;
  readonly height: number | null;
}

const CHANNELS = 3;

/**
 * Reads the picture input of a graph: the only input with four dimensions, of which one are the channels; or with three,
 * where there is no dimension for the batch.
 */
export function readPictureInput({ inputs }: GraphSignature): PictureInput {
  const numbers = inputs.filter(({ type }) => type !== 'int64' && type !== 'bool');
  const batches = numbers.filter(({ dims }) => dims.length === 4);
  const [only, ...others] = batches.length > 0 ? batches : numbers.filter(isPictureAlone);
  if (!only || others.length > 0) return { layout: null, width: null, height: null };
  const dims = only.dims.slice(-3);
  const layout = layoutOf(dims);
  const [height, width] = layout === 'nhwc' ? dims : dims.slice(1);
  return { layout, width: width ?? null, height: height ?? null };
}

function isPictureAlone({ dims }: TensorSpec): boolean {
  return dims.length === 3 && (dims[0] === CHANNELS || dims[2] === CHANNELS);
}

/** @param dims without the batch */
function layoutOf([first, , last]: TensorSpec['dims']): PictureInput['layout'] {
  if (first === CHANNELS) return 'nchw';
  if (last === CHANNELS) return 'nhwc';
  return first === null ? 'nchw' : null;
}
