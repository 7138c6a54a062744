import { describe, expect, it } from 'vitest';
import { labelMap } from './label-map.js';
import { areaOfRuns, type MaskRuns } from './mask-runs.js';

const [width, height] = [4, 3];

/** The runs of whole columns, from one up to another. */
function columns(from: number, to: number): MaskRuns {
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.of(from * height, to * height) };
}

const labelsOf = (masks: readonly MaskRuns[]) => [
  ...labelMap(masks, masks.map(areaOfRuns), width, height).subarray(0, width),
];

describe('a label map', () => {
  it('has 0 where no mask is and the number of the mask elsewhere, counted from 1', () => {
    const labels = labelMap([columns(0, 1), columns(2, 3)], [3, 3], width, height);
    expect([...labels]).toEqual([1, 0, 2, 0, 1, 0, 2, 0, 1, 0, 2, 0]);
  });

  it('shows small masks over large ones, in whichever order they come', () => {
    expect(labelsOf([columns(0, 4), columns(1, 2)])).toEqual([1, 2, 1, 1]);
    expect(labelsOf([columns(1, 2), columns(0, 4)])).toEqual([2, 1, 2, 2]);
  });

  it('shows the first of equally large ones', () => {
    expect(labelsOf([columns(0, 2), columns(1, 3)])).toEqual([1, 1, 2, 0]);
  });

  it('is 0 everywhere for masks without a pixel', () => {
    expect(labelsOf([{ pictureWidth: width, pictureHeight: height, edges: new Uint32Array() }])).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('counts masks as far as 16 bits go', () => {
    const nothing = { pictureWidth: 1, pictureHeight: 1, edges: new Uint32Array() };
    const masks = Array.from({ length: 65_536 }, () => nothing);
    expect(() => labelMap(masks, [], 1, 1)).toThrow('at most 65535 masks, got 65536');
  });
});
