import { type Box, type Placement, type Point, pointToModel } from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';

/** A point that is on the object, or one that is not. In pixels of the picture. */
export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly positive: boolean;
}

/** What one object is asked for with. */
export interface Prompt {
  readonly points: readonly PromptPoint[];
  /** In pixels of the picture. */
  readonly box: Box | null;
  /** Logits of an earlier mask, one for each of the decoder's cells. */
  readonly mask: Float32Array | null;
}

/** What a label says of its token. */
const PADDING = -1;
const NEGATIVE = 0;
const POSITIVE = 1;
const TOP_LEFT_CORNER = 2;
const BOTTOM_RIGHT_CORNER = 3;

/**
 * When a prompt ends with a point at (0, 0) that is none:
 * - `without-box`: unless it has a box (segment-anything, whose export leaves it to the caller)
 * - `always`: with a box too (SAM 2)
 * - `never`: the graph adds it by itself
 */
export type PromptPadding = 'without-box' | 'always' | 'never';

/** A prompt as the decoder takes it: points with labels. */
export interface PromptTokens {
  /** Two for each token, in pixels of the model's input. */
  readonly coords: Float32Array;
  readonly labels: Float32Array;
}

/**
 * The points of a prompt, then the corners of its box, as `SamPredictor` and the ONNX export of segment-anything have
 * them.
 */
export function promptTokens(
  { points, box }: Pick<Prompt, 'points' | 'box'>,
  placement: Placement,
  padding: PromptPadding,
): PromptTokens {
  const coords: number[] = [];
  const labels: number[] = [];
  const add = (point: Point, label: number) => {
    coords.push(...pointToModel(point, placement));
    labels.push(label);
  };
  for (const { x, y, positive } of points) add([x, y], positive ? POSITIVE : NEGATIVE);
  if (box) {
    add([box[0], box[1]], TOP_LEFT_CORNER);
    add([box[2], box[3]], BOTTOM_RIGHT_CORNER);
  }
  if (padding === 'always' || (padding === 'without-box' && box === null)) {
    coords.push(0, 0);
    labels.push(PADDING);
  }
  return { coords: Float32Array.from(coords), labels: Float32Array.from(labels) };
}

/** Several prompts as one run takes them. */
export interface PromptBatch {
  /** `[prompts, tokens, 2]` */
  readonly coords: Float32Tensor;
  /** `[prompts, tokens]` */
  readonly labels: Float32Tensor;
}

/** @throws RangeError when the prompts haven't all the same number of tokens */
export function batchTokens(prompts: readonly PromptTokens[]): PromptBatch {
  const tokens = prompts[0]?.labels.length ?? 0;
  const coords = new Float32Array(prompts.length * tokens * 2);
  const labels = new Float32Array(prompts.length * tokens);
  for (const [i, prompt] of prompts.entries()) {
    if (prompt.labels.length !== tokens) {
      throw new RangeError(`expected ${tokens} tokens of each prompt, got ${prompt.labels.length}`);
    }
    coords.set(prompt.coords, i * tokens * 2);
    labels.set(prompt.labels, i * tokens);
  }
  return {
    coords: float32Tensor(coords, [prompts.length, tokens, 2]),
    labels: float32Tensor(labels, [prompts.length, tokens]),
  };
}

/**
 * Indices of prompts that may share a run: those with as many points, with a box or without, and with an earlier mask
 * or without. A token that fills up would change the result, and one number says for the whole run whether there are
 * masks.
 */
export function promptGroups(prompts: readonly Prompt[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, { points, box, mask }] of prompts.entries()) {
    const key = `${points.length} ${box !== null} ${mask !== null}`;
    const group = groups.get(key) ?? [];
    group.push(i);
    groups.set(key, group);
  }
  return [...groups.values()];
}
