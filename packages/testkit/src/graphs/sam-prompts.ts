import { type GraphBuilder, intAttribute, type ValueInfo } from '../onnx/model-bytes.js';
import type { PromptValues } from './sam-masks.js';

/** What a decoder's prompts come in, and what the rule makes of them. */
export interface SamPrompts {
  readonly inputs: readonly ValueInfo[];
  /** @param cells in each direction, of an earlier mask */
  add(builder: GraphBuilder): PromptValues;
}

const FLOAT = 1;
const dropDims = intAttribute('keepdims', 0);
const keepDims = intAttribute('keepdims', 1);

/**
 * Points and corners of boxes as labelled tokens, and an earlier mask: the inputs of Meta's decoders.
 * @param count of prompts: a word for any number
 * @param cells of an earlier mask, in each direction
 */
export function tokenPrompts(count: number | string, cells: number): SamPrompts {
  return {
    inputs: [
      { name: 'point_coords', type: 'float32', dims: [count, 'num_points', 2] },
      { name: 'point_labels', type: 'float32', dims: [count, 'num_points'] },
      { name: 'mask_input', type: 'float32', dims: [count, 1, cells, cells] },
      { name: 'has_mask_input', type: 'float32', dims: [1] },
    ],
    add(builder) {
      const labelled = (label: number) =>
        builder.add('Equal', ['point_labels', builder.scalar(label)], `labelled_${label}`);
      const corner = (label: number) => {
        const isCorner = builder.add('Cast', [labelled(label)], 'is_corner', [intAttribute('to', FLOAT)]);
        const byAxis = builder.add('Unsqueeze', [isCorner, builder.integers([2])], 'corner_by_axis');
        const masked = builder.add('Mul', ['point_coords', byAxis], 'corner_coords');
        return {
          at: builder.add('ReduceSum', [masked, builder.integers([1])], 'corner', [dropDims]),
          count: builder.add('ReduceSum', [isCorner, builder.integers([1])], 'corners', [keepDims]),
        };
      };
      const [topLeft, bottomRight] = [corner(2), corner(3)];
      const hasMask = builder.add('Greater', ['has_mask_input', builder.scalar(0)], 'has_mask');
      const flat = builder.add('Reshape', ['mask_input', builder.integers([-1, cells * cells])], 'flat_mask');
      return {
        coords: 'point_coords',
        positive: labelled(1),
        negative: labelled(0),
        boxes: builder.add('Concat', [topLeft.at, bottomRight.at], 'boxes', [intAttribute('axis', 1)]),
        hasBox: builder.add('Greater', [topLeft.count, builder.scalar(0)], 'has_box'),
        earlier: builder.add('Where', [hasMask, flat, builder.scalar(1000)], 'earlier'),
      };
    },
  };
}

/** Points with labels, and perhaps boxes, each in inputs of their own: those of transformers' decoders. */
export function splitPrompts(withBoxes: boolean): SamPrompts {
  return {
    inputs: [
      { name: 'input_points', type: 'float32', dims: [1, 'point_batch', 'points', 2] },
      { name: 'input_labels', type: 'int64', dims: [1, 'label_batch', 'points'] },
      ...(withBoxes ? [{ name: 'input_boxes', type: 'float32', dims: [1, 'boxes', 4] } as const] : []),
    ],
    add(builder) {
      const labels = builder.add('Squeeze', ['input_labels', builder.integers([0])], 'labels');
      const shape = builder.add('Shape', [labels], 'labels_shape');
      const points = builder.add('Squeeze', ['input_points', builder.integers([0])], 'points_by_list');
      const wanted = builder.add('Concat', [shape, builder.integers([2])], 'points_shape', [
        intAttribute('axis', 0),
      ]);
      const count = builder.add('Gather', [shape, builder.integers([0])], 'prompt_count');
      const labelled = (label: bigint) => {
        const value = builder.constant(`label_${label}`, 'int64', [], BigInt64Array.of(label));
        return builder.add('Equal', [labels, value], `labelled_${label}`);
      };
      return {
        coords: builder.add('Expand', [points, wanted], 'points_by_prompt'),
        positive: labelled(1n),
        negative: labelled(0n),
        ...addBoxes(builder, count, withBoxes),
        earlier: null,
      };
    },
  };
}

/** The boxes that are given, or as many of nothing as there are prompts. */
function addBoxes(builder: GraphBuilder, count: string, withBoxes: boolean) {
  const rows = builder.add('Concat', [count, builder.integers([5])], 'no_boxes_shape', [
    intAttribute('axis', 0),
  ]);
  const none = builder.add('Expand', [builder.scalar(0), rows], 'no_boxes');
  let marked = none;
  if (withBoxes) {
    const given = builder.add('Squeeze', ['input_boxes', builder.integers([0])], 'given_boxes');
    const first = builder.add('Gather', [given, builder.integers([0])], 'first_edges', [
      intAttribute('axis', 1),
    ]);
    const zeros = builder.add('Sub', [first, first], 'zeros');
    const ones = builder.add('Add', [zeros, builder.scalar(1)], 'marks');
    const withMark = builder.add('Concat', [given, ones], 'marked_boxes', [intAttribute('axis', 1)]);
    const all = builder.add('Concat', [withMark, none], 'boxes_and_none', [intAttribute('axis', 0)]);
    marked = builder.add('Slice', [all, builder.integers([0]), count], 'boxes_of_prompts');
  }
  const mark = builder.add('Gather', [marked, builder.integers([4])], 'mark', [intAttribute('axis', 1)]);
  return {
    boxes: builder.add('Gather', [marked, builder.integers([0, 1, 2, 3])], 'boxes', [
      intAttribute('axis', 1),
    ]),
    hasBox: builder.add('Greater', [mark, builder.scalar(0)], 'has_box'),
  };
}
