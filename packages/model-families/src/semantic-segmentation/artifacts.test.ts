import type { ModelManifest } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { type SegmentationGraphOptions, segmentationGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segment, TestModels } from '../testing/test-models.js';
import { decode, pictureOf, quadrants, stretchTo } from '../testing/test-pictures.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

describe('the artifacts', () => {
  const labels = ['background', { label: 'circle', color: '#0a141e' }, 'square', 'star'];
  let picture: Pixels;
  const open = (manifest: Partial<ModelManifest> = {}, graph: Partial<SegmentationGraphOptions> = {}) =>
    models.open(segmentationGraph({ classes: 4, ...graph }), { ...stretchTo(32, 32), labels, ...manifest });

  beforeAll(() => {
    picture = pictureOf(quadrants, 4, 16);
  });

  it('are the map alone unless more is asked for', async () => {
    const { artifacts } = await segment(await open(), picture);
    expect(Object.keys(artifacts)).toEqual(['segmentation_map.png']);
    expect(artifacts['segmentation_map.png']).toMatchObject({
      role: 'segmentation_map',
      index: null,
      mediaType: 'image/png',
      width: 32,
      height: 32,
    });
  });

  it.each([
    ['png', 'overlay.png', 'image/png'],
    ['jpeg', 'overlay.jpg', 'image/jpeg'],
    ['webp', 'overlay.webp', 'image/webp'],
  ] as const)('have an overlay as %s', async (output_format, name, mediaType) => {
    const { artifacts } = await segment(await open(), picture, { outputs: ['overlay'], output_format });
    expect(artifacts[name]).toMatchObject({ role: 'overlay', mediaType, width: 32, height: 32 });
    expect(await decode(artifacts[name]!.bytes)).toMatchObject({ width: 32, height: 32 });
  });

  it('show each class in its colour, in the colour map and the result alike', async () => {
    const { result, artifacts } = await segment(await open(), picture, { outputs: ['color_map'] });
    expect(result.classes.map(({ id, label }) => [id, label])).toEqual([
      [0, 'background'],
      [1, 'circle'],
      [2, 'square'],
      [3, 'star'],
    ]);
    expect(result.classes[0]!.color).toBe('#000000');
    expect(result.classes[1]!.color).toBe('#0a141e');
    const { data } = await decode(artifacts['color_map.png']!.bytes);
    for (const [classId, at] of [0, 31, 31 * 32, 31 * 32 + 31].entries()) {
      const hex = Buffer.from(data.subarray(at * 3, at * 3 + 3)).toString('hex');
      expect(`#${hex}`).toBe(result.classes.find(({ id }) => id === classId)!.color);
    }
  });

  it.each<[string, Partial<ModelManifest>, number[]]>([
    ['label 0 where it is called background', {}, [0]],
    ['nothing where no label is', { labels: ['sky', 'b', 'c', 'd'] }, []],
    ['nothing where the manifest says so', { family_options: { background: null } }, []],
    ['the class that the manifest says', { family_options: { background: 3 } }, [3]],
  ])('leave %s as it is in the overlay', async (_, manifest, untouched) => {
    // No class has the colour that it is drawn in.
    const grey = (label: string) => ({ label, color: '#808080' });
    const pipeline = await open({ labels: ['background', 'b', 'c', 'd'].map(grey), ...manifest });
    const { artifacts } = await segment(pipeline, picture, { outputs: ['overlay'], output_format: 'png' });
    const { data } = await decode(artifacts['overlay.png']!.bytes);
    const inEachQuadrant = [5 * 32 + 5, 5 * 32 + 26, 26 * 32 + 5, 26 * 32 + 26];
    const same = inEachQuadrant.flatMap((at, classId) =>
      data.subarray(at * 3, at * 3 + 3).join() === picture.data.subarray(at * 3, at * 3 + 3).join()
        ? [classId]
        : [],
    );
    expect(same).toEqual(untouched);
  });

  it('have logits and probabilities of [classes, height, width] at the network’s own size, in any layout', async () => {
    const outputs = ['logits', 'probabilities'] as const;
    const planar = await segment(await open({}, { reduction: 4 }), picture, { outputs: [...outputs] });
    const interleaved = await segment(
      await open(stretchTo(32, 32, { layout: 'nhwc' }), { reduction: 4, layout: 'nhwc' }),
      picture,
      { outputs: [...outputs] },
    );
    const logits = decodeNpy(planar.artifacts['logits.npy']!.bytes);
    expect(logits.dims).toEqual([4, 8, 8]);
    // 2·c·rgb − |c|²: of the four reference colours at their own place, in class order.
    const center = [0, 1, 2, 3].map((classId) => logits.data[classId * 64 + 6 * 8 + 6]);
    expect(center).toEqual([0, 1, 1, 2]);
    const probabilities = decodeNpy(planar.artifacts['probabilities.npy']!.bytes);
    const weights = [1, Math.E, Math.E, Math.E ** 2];
    const sum = weights.reduce((total, weight) => total + weight);
    for (const [classId, weight] of weights.entries()) {
      expect(probabilities.data[classId * 64 + 6 * 8 + 6]).toBeCloseTo(weight / sum, 6);
    }
    for (const name of ['logits.npy', 'probabilities.npy']) {
      const other = decodeNpy(interleaved.artifacts[name]!.bytes);
      expect(other.dims).toEqual([4, 8, 8]);
      expect([...other.data]).toEqual([...decodeNpy(planar.artifacts[name]!.bytes).data]);
      expect(planar.artifacts[name]).toMatchObject({ width: null, height: null });
    }
  });

  it.each(['float32', 'float16'] as const)(
    'show the picture as the network saw it, fed in %s',
    async (inputType) => {
      const pipeline = await open({}, { inputType });
      const { artifacts } = await segment(pipeline, picture, { outputs: ['model_input'] });
      const seen = await decode(artifacts['model_input.png']!.bytes);
      expect([...seen.data]).toEqual([...picture.data]);
    },
  );
});
