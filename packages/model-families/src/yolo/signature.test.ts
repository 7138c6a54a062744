import type { ModelManifest } from '@darkroom/contracts';
import type { TensorSpec } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { graph, labels80, manifest, type Output, options } from '../testing/yolo-signatures.js';
import { readSignature } from './signature.js';

describe('the layout of the candidates', () => {
  it.each<[string, TensorSpec['dims'], Partial<ModelManifest>, Record<string, unknown>]>([
    [
      'is known by the labels',
      [1, 84, 8400],
      { labels: labels80 },
      { layout: 'decoded', candidates: 'last', objectness: false, classes: 80 },
    ],
    [
      'is known by the labels where candidates come first',
      [1, 8400, 84],
      { labels: labels80 },
      { layout: 'decoded', candidates: 'first', objectness: false, classes: 80 },
    ],
    [
      'is known by the labels where the number of candidates is free',
      [null, 84, null],
      { labels: labels80 },
      { layout: 'decoded', candidates: 'last', objectness: false, classes: 80 },
    ],
    [
      'is known by the shape where the manifest tells of the objectness',
      [1, 25200, 85],
      options({ layout: 'decoded', objectness: true }),
      { layout: 'decoded', candidates: 'first', objectness: true, classes: 80 },
    ],
    [
      'of Darknet’s heads is always the same',
      [null, 1500, 85],
      options({ layout: 'darknet-heads' }, labels80),
      { layout: 'darknet-heads', candidates: 'first', objectness: true, classes: 80 },
    ],
    [
      'of a grid has a candidate for each cell',
      [1, 8400, 85],
      options({ layout: 'grid' }, labels80),
      { layout: 'grid', candidates: 'first', objectness: true, classes: 80 },
    ],
    [
      'of an end-to-end graph leaves the classes open',
      [1, 300, 6],
      options({ layout: 'end-to-end' }),
      { layout: 'end-to-end', candidates: 'first', objectness: false, classes: null },
    ],
    [
      'with six values for each cell is one of boxes and two classes',
      [1, 6, 8400],
      { labels: ['cat', 'dog'] },
      { layout: 'decoded', candidates: 'last', classes: 2 },
    ],
  ])('%s', (_, dims, more, layout) => {
    const { signature, problems } = readSignature(manifest(more), graph([{ dims }]));
    expect(problems).toEqual([]);
    expect(signature!.decoding).toMatchObject({ kind: 'candidates', output: 'output0', layout });
  });

  it('has coefficients where there are prototypes, read or not', () => {
    const outputs: Output[] = [{ dims: [1, 116, 8400] }, { dims: [1, 32, 160, 160] }];
    const withMasks = readSignature(manifest(options({ masks: true }, labels80)), graph(outputs)).signature!;
    expect(withMasks.outputNames).toEqual(['output0', 'output1']);
    expect(withMasks.decoding).toMatchObject({ prototypes: 'output1', layout: { coefficients: 32 } });
    const without = readSignature(manifest(options({ masks: false }, labels80)), graph(outputs)).signature!;
    expect(without.outputNames).toEqual(['output0']);
    expect(without.decoding).toMatchObject({ prototypes: null, layout: { coefficients: 32 } });
  });

  it('is read beside other outputs where the manifest names its own', () => {
    const outputs: Output[] = [{ dims: [1, 84, 8400] }, { dims: [1, 84, 2100] }];
    const read = readSignature(manifest(options({ output: 'output1' }, labels80)), graph(outputs));
    expect(read.signature!.outputNames).toEqual(['output1']);
  });

  it('of raw heads comes from their anchors', () => {
    const heads = [
      {
        output: 'output1',
        anchors: [
          [10, 13],
          [16, 30],
          [33, 23],
        ],
      },
      { output: 'output0', anchors: [[30, 61]] },
    ];
    const outputs: Output[] = [{ dims: [1, 7, 40, 40] }, { dims: [1, 21, 80, 80] }];
    const { signature } = readSignature(manifest(options({ layout: 'raw-heads', heads })), graph(outputs));
    expect(signature).toMatchObject({ outputNames: ['output1', 'output0'], classes: 2 });
    expect(signature!.decoding).toMatchObject({ kind: 'raw-heads', multiLabel: true });
  });

  it('leaves to the graph’s input whether pictures share a run', () => {
    const takesBatches = (batch: number | null) =>
      readSignature(
        manifest({ labels: labels80 }),
        graph([{ dims: [batch, 84, 8400] }], { type: 'float16', dims: [batch, 3, 640, 640] }),
      ).signature;
    expect(takesBatches(null)).toMatchObject({ takesBatches: true, inputType: 'float16' });
    expect(takesBatches(1)).toMatchObject({ takesBatches: false });
  });
});
