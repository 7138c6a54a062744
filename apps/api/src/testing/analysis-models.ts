import { AnalysisOptionsSchema, type ModelSummary } from '@darkroom/contracts';
import { Type } from 'typebox';

const { concepts, template, region_crop, mask_format, polygon_tolerance, outputs, output_format } =
  AnalysisOptionsSchema.properties;

export const ANALYZER = 'analyzer';

/** Compares pictures with texts. */
export const ANALYZER_MODEL: ModelSummary = {
  id: ANALYZER,
  task: 'analysis',
  family: 'any',
  version: '3f9c1a20',
  demo: true,
  description: 'Knows what texts say.',
  license: 'Apache-2.0',
  source: null,
  labels: [],
  capabilities: ['image_text_similarity'],
  options: Type.Object({
    concepts,
    template: Type.String({ ...template, default: '{}' }),
    region_crop: Type.Unsafe({ ...region_crop, default: 'masked' }),
    mask_format: Type.Unsafe({ ...mask_format, default: 'rle' }),
    polygon_tolerance: Type.Unsafe({ ...polygon_tolerance, default: 1 }),
    outputs: Type.Unsafe({ ...outputs, default: [] }),
    output_format: Type.Unsafe({ ...output_format, default: 'jpeg' }),
  }),
  input_size: { width: 64, height: 64 },
};
