import { describe, expect, it } from 'vitest';
import { readCandidates, suppressions } from '../testing/detection-golden.js';
import { nonMaximumSuppression } from './non-maximum-suppression.js';

const ALL = Number.POSITIVE_INFINITY;

describe.each(suppressions)('candidates that are $name', ({ name, iou_threshold, kept, kept_by_class }) => {
  const { boxes, scores, classIds } = readCandidates(name);

  it('are suppressed as by torchvision', () => {
    const indices = nonMaximumSuppression({ boxes, scores, iouThreshold: iou_threshold, maxKept: ALL });
    expect([...indices]).toEqual(kept);
  });

  it('are suppressed by those of their class only, as by torchvision', () => {
    const candidates = { boxes, scores, classIds, iouThreshold: iou_threshold, maxKept: ALL };
    expect([...nonMaximumSuppression(candidates)]).toEqual(kept_by_class);
  });

  it('are kept no further than asked, best first', () => {
    const candidates = { boxes, scores, classIds, iouThreshold: iou_threshold, maxKept: 3 };
    expect([...nonMaximumSuppression(candidates)]).toEqual(kept_by_class.slice(0, 3));
  });
});

describe('non-maximum suppression', () => {
  const boxes = Float32Array.of(0, 0, 4, 4, 9, 9, 12, 12);
  const scores = Float32Array.of(0.5, 0.7);
  const sound = { boxes, scores, iouThreshold: 0.5, maxKept: 10 };

  it('takes no candidates too, and may keep none', () => {
    expect(
      nonMaximumSuppression({ ...sound, boxes: new Float32Array(0), scores: new Float32Array(0) }),
    ).toEqual(new Int32Array(0));
    expect(nonMaximumSuppression({ ...sound, maxKept: 0 })).toEqual(new Int32Array(0));
  });

  it('takes −0 and 0 as equal scores', () => {
    expect([...nonMaximumSuppression({ ...sound, scores: Float32Array.of(-0, 0) })]).toEqual([0, 1]);
  });

  it('refuses what is not a number, and says which candidate', () => {
    const nan = Number.NaN;
    expect(() => nonMaximumSuppression({ ...sound, scores: Float32Array.of(0.5, nan) })).toThrow(
      'got candidate 1 with score NaN and box [9, 9, 12, 12]',
    );
    expect(() =>
      nonMaximumSuppression({ ...sound, boxes: Float32Array.of(0, 0, Infinity, 4, 0, 0, 1, 1) }),
    ).toThrow('got candidate 0');
    expect(() => nonMaximumSuppression({ ...sound, iouThreshold: nan })).toThrow('overlap of 0 or more');
    expect(() => nonMaximumSuppression({ ...sound, maxKept: 2.5 })).toThrow('whole number');
  });

  it('refuses arrays that do not fit together', () => {
    expect(() => nonMaximumSuppression({ ...sound, boxes: boxes.subarray(1) })).toThrow('got 7 edges');
    expect(() => nonMaximumSuppression({ ...sound, classIds: new Int32Array(3) })).toThrow('3 classes');
  });
});
