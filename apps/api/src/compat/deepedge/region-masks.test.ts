import type { AnalyzedRegion, Rle } from '@darkroom/contracts';
import { decodeGrey, encodeRle, regionMaskFrom } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import { regionMasks } from './region-masks.js';

/** A region whose pixels are those with a #. */
function regionOf(...rows: string[]): AnalyzedRegion {
  const [width, height] = [rows[0]!.length, rows.length];
  const data = Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 1 : 0));
  const rle = encodeRle(regionMaskFrom(data, width, height), width, height) as unknown as Rle;
  return {
    index: 0,
    box: [0, 0, 0, 0],
    area: 0,
    rle,
    predicted_iou: 0.9,
    concepts: [],
    top_concept: null,
    crop: null,
  };
}

describe('the masks of regions', () => {
  it('are pictures of the size of the picture', async () => {
    const { masks, iou_scores } = await regionMasks([regionOf('....', '.##.', '....')]);
    const { width, height, data } = await decodeGrey(Buffer.from(masks[0]!, 'base64'));
    expect({ width, height, data: [...data] }).toEqual({
      width: 4,
      height: 3,
      data: [0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0],
    });
    expect(iou_scores).toEqual([0.9]);
  });

  it('have the outline of their largest part, without holes, as points', async () => {
    const { polygons } = await regionMasks([
      regionOf(
        '#.......',
        '........',
        '.######.',
        '.######.',
        '.##..##.',
        '.##..##.',
        '.######.',
        '.######.',
      ),
    ]);
    expect(polygons).toHaveLength(1);
    expect(new Set(polygons[0]!.map(String))).toEqual(new Set(['1,2', '7,2', '7,8', '1,8']));
  });

  it('have an outline without points where there is no pixel', async () => {
    const { masks, polygons } = await regionMasks([regionOf('...', '...')]);
    expect(polygons).toEqual([[]]);
    const { data } = await decodeGrey(Buffer.from(masks[0]!, 'base64'));
    expect([...data]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
