import type { Preparation } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { checkPreparation } from './check-preparation.js';

const stretch: Preparation = { resize: 'stretch', width: 8, height: 8, resampler: 'pil-bilinear' };
const shortest: Preparation = { resize: 'shortest-edge', shortest_edge: 8, resampler: 'pil-bilinear' };

describe('a preparation', () => {
  it.each<[string, Preparation]>([
    ['stretches', stretch],
    [
      'letterboxes',
      { ...stretch, resize: 'letterbox', letterbox_anchor: 'top-left', letterbox_rounding: 'floor' },
    ],
    ['follows the picture', { ...shortest, longest_edge: 8, multiple_of: 4 }],
    ['cuts out the middle', { ...shortest, width: 8, height: 8, letterbox_anchor: 'center' }],
    ['rounds as Detectron2 does', { ...shortest, shortest_edge_rounding: 'detectron2' }],
    ['leaves the picture as it is', { resize: 'none' }],
  ])('is right when it %s', (_, preparation) => {
    expect(checkPreparation(preparation)).toEqual([]);
  });

  it.each<[string, Preparation, string, RegExp]>([
    [
      'a stretch without height',
      { resize: 'stretch', width: 8, resampler: 'darknet' },
      'height',
      /needs it, in pixels/,
    ],
    [
      'a letterbox without width',
      { resize: 'letterbox', height: 8, resampler: 'darknet' },
      'width',
      /letterbox needs it/,
    ],
    ['no shortest edge', { resize: 'shortest-edge', resampler: 'darknet' }, 'shortest_edge', /needs it/],
    [
      'a stretch without resampler',
      { resize: 'stretch', width: 8, height: 8 },
      'resampler',
      /stretch needs it: pil-bilinear, /,
    ],
    [
      'a resampler for a picture left as it is',
      { resize: 'none', resampler: 'darknet' },
      'resampler',
      /no effect with resize none/,
    ],
    [
      'a size for a picture left as it is',
      { resize: 'none', width: 8 },
      'width',
      /no effect with resize none/,
    ],
    [
      'a rounding of the shortest edge for a stretch',
      { ...stretch, shortest_edge_rounding: 'yolos' },
      'shortest_edge_rounding',
      /set resize to shortest-edge/,
    ],
    ['a width alone', { ...shortest, width: 8 }, 'height', /both width and height, or neither/],
    [
      'a shortest edge for a stretch',
      { ...stretch, shortest_edge: 8 },
      'shortest_edge',
      /no effect with resize stretch/,
    ],
    [
      'an anchor for a stretch',
      { ...stretch, letterbox_anchor: 'center' },
      'letterbox_anchor',
      /letterbox or shortest-edge/,
    ],
    [
      'a longest edge below the shortest',
      { ...shortest, longest_edge: 7 },
      'longest_edge',
      /at least shortest_edge \(8\), got 7/,
    ],
    ['a std of 0', { ...stretch, std: [1, 0, 1] }, 'std', /must not hold a 0/],
  ])('is wrong with %s', (_, preparation, field, detail) => {
    expect(checkPreparation(preparation)).toEqual([
      { pointer: `#/preparation/${field}`, detail: expect.stringMatching(detail) },
    ]);
  });
});
