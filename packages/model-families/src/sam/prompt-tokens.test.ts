import { describe, expect, it } from 'vitest';
import { samCases } from '../testing/sam-golden.js';
import { encoderPlacement } from './encoder-placement.js';
import { maskInput } from './mask-input.js';
import { batchTokens, promptGroups, promptTokens } from './prompt-tokens.js';

const { width, height, side, points, box, points_in_model, box_in_model } = samCases.coords;
const placement = encoderPlacement({ width, height }, 'longest-side', side);
const promptPoints = points.map(([x, y], i) => ({ x, y, positive: i % 2 === 0 }));
const labels = [1, 0, 1, 0, 1];

function expectClose(coords: Float32Array, expected: readonly number[]) {
  expect(coords.length).toBe(expected.length);
  for (const [i, coord] of coords.entries()) expect(coord).toBeCloseTo(expected[i]!, 3);
}

describe('a prompt', () => {
  it('of points lies where segment-anything puts them, and ends with a point that is none', () => {
    const tokens = promptTokens({ points: promptPoints, box: null }, placement, 'without-box');
    expectClose(tokens.coords, [...points_in_model.flat(), 0, 0]);
    expect([...tokens.labels]).toEqual([...labels, -1]);
  });

  it('has no such point where the graph adds it by itself', () => {
    const tokens = promptTokens({ points: promptPoints, box: null }, placement, 'never');
    expect([...tokens.labels]).toEqual(labels);
  });

  it('of points and a box ends with the corners of the box, without padding', () => {
    const tokens = promptTokens({ points: promptPoints, box }, placement, 'without-box');
    expectClose(tokens.coords, [...points_in_model.flat(), ...box_in_model]);
    expect([...tokens.labels]).toEqual([...labels, 2, 3]);
  });

  it('ends with such a point though it has a box, as SAM 2 has it', () => {
    const tokens = promptTokens({ points: [], box }, placement, 'always');
    expectClose(tokens.coords, [...box_in_model, 0, 0]);
    expect([...tokens.labels]).toEqual([2, 3, -1]);
  });
});

describe('prompts', () => {
  const [first, second] = promptPoints;
  const one = promptTokens({ points: [first!], box: null }, placement, 'without-box');
  const other = promptTokens({ points: [second!], box: null }, placement, 'without-box');
  const two = promptTokens({ points: [first!, second!], box: null }, placement, 'without-box');

  it('share a run when they have as many points, and all a box and a mask or none', () => {
    const clicked = { points: [first!], box: null, mask: null };
    const groups = promptGroups([
      clicked,
      { ...clicked, points: [first!, second!] },
      { ...clicked, points: [second!] },
      { ...clicked, mask: Float32Array.of(1) },
      { ...clicked, box },
    ]);
    expect(groups).toEqual([[0, 2], [1], [3], [4]]);
  });

  it('of a run are one tensor', () => {
    const batch = batchTokens([one, other]);
    expect(batch.coords.dims).toEqual([2, 2, 2]);
    expect(batch.labels.dims).toEqual([2, 2]);
    expect(batch.coords.data).toEqual(Float32Array.of(...one.coords, ...other.coords));
    expect([...batch.labels.data]).toEqual([1, -1, 0, -1]);
    expect(() => batchTokens([one, two])).toThrow('expected 2 tokens of each prompt, got 3');
  });
});

describe('earlier masks', () => {
  const cells = { width: 2, height: 2 };
  const mask = Float32Array.of(1, 2, 3, 4);

  it('are one tensor', () => {
    const { maskInput: masks, hasMaskInput } = maskInput([mask, mask], cells);
    expect(masks.dims).toEqual([2, 1, 2, 2]);
    expect([...masks.data]).toEqual([...mask, ...mask]);
    expect([...hasMaskInput.data]).toEqual([1]);
  });

  it('are 0 where there are none, and said to be none', () => {
    const { maskInput: masks, hasMaskInput } = maskInput([null, null], cells);
    expect([...masks.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...hasMaskInput.data]).toEqual([0]);
  });

  it('are refused when only some prompts have one, or one has another size', () => {
    expect(() => maskInput([mask, null], cells)).toThrow('for each of 2 prompts of a run or for none, got 1');
    expect(() => maskInput([mask.subarray(1)], cells)).toThrow('2 × 2 = 4 logits, got 3');
  });
});
