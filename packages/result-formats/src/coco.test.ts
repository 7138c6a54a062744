import { describe, expect, it } from 'vitest';
import { toCoco } from './coco.js';
import { detectedPicture, detection, LABELS } from './testing/detected-picture.js';
import { maskedPicture, segmentedMask } from './testing/masked-picture.js';
import { readCoco } from './testing/read-coco.js';

describe('a COCO file', () => {
  it('is one that a reader of the format accepts, with every picture and every detection', () => {
    const runs = { size: [80, 100], counts: 'abc' };
    const square = [
      [
        [
          [10, 20],
          [22, 20],
          [22, 50],
          [10, 50],
          [10, 20],
        ],
      ],
    ];
    const file = toCoco(
      [
        detectedPicture('a.jpg', [
          detection(),
          detection({ index: 1, class_id: 2, label: 'bird', rle: runs }),
        ]),
        detectedPicture('b.jpg', []),
        detectedPicture(null, [detection({ polygons: square })], 'job_3'),
      ],
      LABELS,
    );
    const { images, categories, annotations } = readCoco(JSON.stringify(file));
    expect([...images.values()].map(({ file_name }) => file_name)).toEqual(['a.jpg', 'b.jpg', 'job_3']);
    expect([...categories.values()].map(({ id, name }) => [id, name])).toEqual([
      [0, 'cat'],
      [1, 'dog'],
      [2, 'bird'],
    ]);
    expect(
      [...annotations.values()].map(({ image_id, category_id, bbox, segmentation }) => ({
        image_id,
        category_id,
        bbox,
        segmentation,
      })),
    ).toEqual([
      { image_id: 1, category_id: 0, bbox: [10.1, 20, 12.3, 30], segmentation: [] },
      { image_id: 1, category_id: 2, bbox: [10.1, 20, 12.3, 30], segmentation: runs },
      {
        image_id: 3,
        category_id: 0,
        bbox: [10.1, 20, 12.3, 30],
        segmentation: [[10, 20, 22, 20, 22, 50, 10, 50]],
      },
    ]);
  });

  it('has masks that nobody named in one category, with their predicted quality as score', () => {
    const rle = { size: [80, 100], counts: 'abc' };
    const file = toCoco([maskedPicture([segmentedMask({ rle }), segmentedMask({ index: 1 })])], []);
    const { categories, annotations } = readCoco(JSON.stringify(file));
    expect([...categories.values()]).toMatchObject([{ id: 1, name: 'object' }]);
    expect([...annotations.values()]).toMatchObject([
      { category_id: 1, bbox: [10, 20, 20, 20], area: 300, score: 0.95, segmentation: rle },
      { category_id: 1, segmentation: [] },
    ]);
  });

  it('has a category for a class that only the results know', () => {
    const file = toCoco([detectedPicture('a.jpg', [detection({ class_id: 7, label: 'class 7' })])], LABELS);
    expect(file.categories.at(-1)).toMatchObject({ id: 7, name: 'class 7' });
  });
});
