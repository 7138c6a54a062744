import { expect, it } from 'vitest';
import { readPictureInput } from './picture-input.js';

const float = (...dims: (number | null)[]) => ({ name: 'x', type: 'float32', dims }) as const;
const int = (...dims: (number | null)[]) => ({ name: 'x', type: 'int64', dims }) as const;

it.each([
  ['a batch', [float(1, 3, 480, 640)], ['nchw', 640, 480]],
  ['a batch with its channels last', [float(null, 257, 513, 3)], ['nhwc', 513, 257]],
  [
    'a batch of any size beside a mask',
    [float(null, null, null, null), int(null, 64, 64)],
    ['nchw', null, null],
  ],
  ['a picture without a batch', [float(null, null, 3)], ['nhwc', null, null]],
  ['a picture without a batch, channels first', [float(3, 480, 640)], ['nchw', 640, 480]],
  ['features', [float(1, 256, 64, 64)], [null, 64, 64]],
  ['two of four dimensions', [float(1, 256, 64, 64), float(1, 1, 256, 256)], [null, null, null]],
  ['words', [int(1, 77)], [null, null, null]],
  ['boxes', [float(1, null, 4)], [null, null, null]],
])('of a graph that takes %s', (_, inputs, [layout, width, height]) => {
  expect(readPictureInput({ inputs, outputs: [] })).toEqual({ layout, width, height });
});
