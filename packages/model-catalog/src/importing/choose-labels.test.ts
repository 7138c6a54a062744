import { describe, expect, it } from 'vitest';
import { chooseLabels } from './choose-labels.js';
import { KNOWN_LABELS } from './known-labels.js';

describe('well-known labels', () => {
  it('are as many as their names say, and where the data sets have them', () => {
    for (const { name, labels } of KNOWN_LABELS) expect(labels).toHaveLength(Number(name.split('-')[1]));
    const [coco, cocoIds, , voc] = KNOWN_LABELS;
    expect([coco!.labels[0], coco!.labels[79]]).toEqual(['person', 'toothbrush']);
    expect([1, 12, 13, 90].map((id) => cocoIds!.labels[id])).toEqual([
      'person',
      'N/A',
      'stop sign',
      'toothbrush',
    ]);
    expect([voc!.labels[0], voc!.labels[15]]).toEqual(['background', 'person']);
  });
});

describe('the labels of a model', () => {
  const metadata = { from: 'the graph’s metadata', labels: ['a', 'b'] };
  const beside = { from: 'labels.txt', labels: ['x', 'y', 'z'] };

  it('are those of the first source that fits', () => {
    expect(chooseLabels(3, null, [metadata, beside])).toMatchObject({
      labels: ['x', 'y', 'z'],
      reason: 'The 3 labels are from labels.txt.',
    });
    expect(chooseLabels(null, null, [metadata, beside]).labels).toEqual(['a', 'b']);
  });

  it('are the user’s, even where they don’t fit', () => {
    expect(chooseLabels(3, { from: 'mine.txt', labels: ['m'] }, [beside]).labels).toEqual(['m']);
  });

  it('are a data set’s where their number is, said so', () => {
    const { labels, palette, reason } = chooseLabels(21, null, [metadata]);
    expect(labels?.[8]).toBe('cat');
    expect(palette).toBe('pascal-voc');
    expect(reason).toMatch(/\(the graph’s metadata has 2, which don’t fit\).*Pascal VOC.*--labels/);
  });

  it('are none where nothing is known', () => {
    expect(chooseLabels(7, null, [])).toMatchObject({
      labels: null,
      reason: expect.stringMatching(/7 classes/),
    });
  });

  it('are none where there are no classes, and nobody can give some', () => {
    expect(chooseLabels(0, null, [beside])).toEqual({
      labels: null,
      palette: null,
      reason: 'Such models know no classes.',
    });
    expect(() => chooseLabels(0, beside, [])).toThrow('leave --labels out');
  });
});
