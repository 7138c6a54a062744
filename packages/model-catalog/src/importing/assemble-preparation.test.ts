import { describe, expect, it } from 'vitest';
import { checkPreparation } from '../check-preparation.js';
import { assemblePreparation, type PreparationSources } from './assemble-preparation.js';

const open = { layout: null, width: null, height: null };
const nothing: PreparationSources = {
  family: {},
  files: {},
  input: open,
  user: {},
  centerCrop: null,
  isCropped: false,
};
const fixed = { layout: 'nchw' as const, width: 640, height: 384 };

function assemble(sources: Partial<PreparationSources>) {
  const assembled = assemblePreparation({ ...nothing, ...sources });
  expect(checkPreparation(assembled.preparation)).toEqual([]);
  return assembled;
}

describe('a preparation', () => {
  it('is torchvision’s where nobody says anything', () => {
    expect(assemble({ input: fixed }).preparation).toEqual({
      resize: 'stretch',
      width: 640,
      height: 384,
      resampler: 'pil-bilinear',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channel_order: 'rgb',
      layout: 'nchw',
    });
  });

  it('follows the family, then the model’s files, then the graph, then the user', () => {
    const { preparation } = assemble({
      family: {
        resize: 'letterbox',
        letterbox_anchor: 'top-left',
        width: 1,
        height: 1,
        scale: 1,
        mean: [1, 1, 1],
      },
      files: { width: 2, height: 2, mean: [2, 2, 2] },
      input: { layout: 'nhwc', width: 3, height: 3 },
      user: { mean: [4, 4, 4], channel_order: 'bgr' },
    });
    expect(preparation).toMatchObject({
      resize: 'letterbox',
      letterbox_anchor: 'top-left',
      width: 3,
      height: 3,
      scale: 1,
      mean: [4, 4, 4],
      channel_order: 'bgr',
      layout: 'nhwc',
    });
  });

  it('leaves out what another resize mode has no use for', () => {
    const family = {
      resize: 'letterbox',
      letterbox_anchor: 'top-left',
      letterbox_rounding: 'truncate',
    } as const;
    const { preparation } = assemble({ family, input: fixed, user: { resize: 'stretch' } });
    expect(preparation).not.toHaveProperty('letterbox_anchor');
    const other = assemble({ family, user: { resize: 'shortest-edge', shortest_edge: 520 } });
    expect(Object.keys(other.preparation)).not.toContain('width');
    const asIs = assemble({ family: { resize: 'none' }, user: { resampler: 'darknet' } });
    expect(asIs.preparation).not.toHaveProperty('resampler');
  });

  it('stretches where the graph’s size is fixed and the files follow the picture, and says so', () => {
    const { preparation, notes } = assemble({
      files: { resize: 'shortest-edge', shortest_edge: 800, longest_edge: 1333 },
      input: fixed,
    });
    expect(preparation).toMatchObject({ resize: 'stretch', width: 640, height: 384 });
    expect(preparation).not.toHaveProperty('shortest_edge');
    expect(notes).toEqual([expect.stringContaining('640 × 384')]);
  });

  it('cuts out the middle where the files and the family do', () => {
    const files = { resize: 'shortest-edge', shortest_edge: 256 } as const;
    const centerCrop = { width: 224, height: 224 };
    const cut = { resize: 'shortest-edge', shortest_edge: 256, ...centerCrop };
    for (const input of [open, { layout: 'nchw', width: 224, height: 224 } as const]) {
      const { preparation, notes } = assemble({ files, input, centerCrop, isCropped: true });
      expect(preparation).toMatchObject(cut);
      expect(notes).toEqual([]);
      const whole = assemble({ files, input, centerCrop });
      expect(whole.preparation).not.toEqual(expect.objectContaining(cut));
      expect(whole.notes[0]).toContain('cuts out the middle');
    }
    const ofFamily = { ...files, ...centerCrop, crop_rounding: 'transformers' } as const;
    expect(assemble({ family: ofFamily, isCropped: true }).preparation).toMatchObject(ofFamily);
    const stretched = { resize: 'stretch', ...centerCrop } as const;
    const { preparation, notes } = assemble({
      family: ofFamily,
      files: stretched,
      centerCrop,
      isCropped: true,
    });
    expect(preparation).not.toHaveProperty('crop_rounding');
    expect(notes).toEqual([]);
  });

  it('needs a size where the graph takes any', () => {
    expect(() => assemble({})).toThrow('give --width and --height');
    expect(() => assemble({ user: { resize: 'shortest-edge' } })).toThrow('--shortest-edge');
  });
});
