import { ModelSummarySchema } from '@darkroom/contracts';
import { formatColor, paletteColor } from '@darkroom/imaging';
import { segmentationGraph } from '@darkroom/testkit';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES, familyNamed } from './families.js';
import { labelColors } from './label-colors.js';
import { summarizeModel } from './summarize-model.js';
import { TestModels } from './testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const graph = segmentationGraph({ classes: 3 });

describe('the summary of a model', () => {
  it('is what the wire type says, with labels, options and input size', async () => {
    const loaded = await models.load(graph, {
      demo: true,
      source: 'https://example.org',
      labels: ['background', { label: 'cat', color: '#112233' }, 'dog'],
      palette: 'pascal-voc',
      defaults: { outputs: ['overlay'], output_format: 'webp' },
    });
    const summary = summarizeModel(familyNamed('semantic-segmentation')!, loaded);
    expect([...Value.Errors(ModelSummarySchema, summary)]).toEqual([]);
    expect(summary).toMatchObject({
      id: 'model',
      task: 'segmentation',
      family: 'semantic-segmentation',
      version: loaded.version,
      demo: true,
      source: 'https://example.org',
      capabilities: ['semantic'],
      input_size: { width: 32, height: 32 },
      labels: [
        { id: 0, label: 'background', color: '#000000' },
        { id: 1, label: 'cat', color: '#112233' },
        { id: 2, label: 'dog', color: formatColor(paletteColor('pascal-voc', 2)) },
      ],
    });
    expect(JSON.parse(JSON.stringify(summary.options))).toMatchObject({
      type: 'object',
      properties: {
        mode: { enum: ['semantic'], default: 'semantic' },
        outputs: { type: 'array', default: ['overlay'] },
        output_format: { enum: ['png', 'jpeg', 'webp'], default: 'webp' },
      },
    });
  });

  it('has the plain defaults, and no labels where the manifest names none', async () => {
    const summary = summarizeModel(FAMILIES[0]!, await models.load(graph));
    expect(summary).toMatchObject({ demo: false, source: null, labels: [] });
    const { properties } = summary.options as { properties: Record<string, { default: unknown }> };
    expect(properties.outputs!.default).toEqual([]);
    expect(properties.output_format!.default).toBe('jpeg');
  });

  it('has no input size where that follows the picture', async () => {
    const preparation = { resize: 'shortest-edge', shortest_edge: 8, resampler: 'darknet' } as const;
    const summary = summarizeModel(FAMILIES[0]!, await models.load(graph, { preparation }));
    expect(summary.input_size).toEqual({ width: null, height: null });
  });
});

describe('the colours of labels', () => {
  it('are all different in the palette for any number of classes, and black for the background', async () => {
    const { manifest } = await models.load(graph, { labels: ['background', 'a', 'b'] });
    const colors = labelColors(manifest).map(({ color }) => color);
    expect(colors[0]).toBe('#000000');
    expect(new Set(colors).size).toBe(3);
    const many = labelColors({ ...manifest, labels: Array.from({ length: 60 }, (_, id) => `label ${id}`) });
    expect(new Set(many.map(({ color }) => color)).size).toBe(60);
  });

  it.each(['pascal-voc', 'ade20k', 'cityscapes', 'coco'] as const)(
    'come from the palette %s',
    async (palette) => {
      const { manifest } = await models.load(graph, { labels: ['a', 'b', 'c'], palette });
      expect(labelColors(manifest).map(({ color }) => color)).toEqual(
        [0, 1, 2].map((id) => formatColor(paletteColor(palette, id))),
      );
    },
  );
});
