import { type Static, Type } from 'typebox';
import { boxSchema } from './box.js';
import { GenerationFieldsSchema } from './generation.js';
import { ImageSourceSchema } from './image-source.js';
import { MaskFormatSchema, maskShapes, PolygonToleranceSchema, RleSchema } from './mask.js';
import { Nullable } from './nullable.js';
import { PromptFieldsSchema } from './prompt.js';
import { commonSubmissionFields, PictureFormatSchema } from './submission.js';

/** Texts that one request may compare a picture with. */
export const CONCEPTS_MAX = 1000;
/** Of one concept, and of a template; a text encoder reads far less of it. */
export const CONCEPT_CHARACTERS_MAX = 1000;
/** Regions that one request may ask for, or be given. */
export const REGIONS_MAX = 256;
export const DEFAULT_REGIONS_MAX = 32;
/** What stands for the concept in a template. */
export const TEMPLATE_PLACE = '{}';

export const REGION_CROPS = ['masked', 'context'] as const;
export const RegionCropSchema = Type.Enum([...REGION_CROPS], {
  description:
    'What of a region the model is shown. `masked`: the region alone, all around it is plain. `context`: its box and a little more, with all that is in it.',
});
export type RegionCrop = Static<typeof RegionCropSchema>;

export const ANALYSIS_OUTPUTS = ['overlay', 'crops', 'embedding', 'model_input'] as const;
export type AnalysisOutput = (typeof ANALYSIS_OUTPUTS)[number];
const outputs = Type.Array(Type.Enum([...ANALYSIS_OUTPUTS]), {
  uniqueItems: true,
  maxItems: ANALYSIS_OUTPUTS.length,
  description:
    'Artifacts to make. `overlay`: the regions and their top concepts, for eyes. `crops`: each region as the model was shown it. ' +
    '`embedding`: of the picture, the regions and the concepts, float32 .npy of unit length; that of the picture stands in the result too. ' +
    '`model_input`: the picture as the network saw it.',
});

const ConceptSchema = Type.String({ minLength: 1, maxLength: CONCEPT_CHARACTERS_MAX });
const ConceptsSchema = Type.Array(ConceptSchema, {
  minItems: 1,
  maxItems: CONCEPTS_MAX,
  description: 'Texts that the picture, and each region, is compared with.',
});
const template = {
  maxLength: CONCEPT_CHARACTERS_MAX,
  description:
    'What the model reads for a concept: `{}` stands for it, as in `a photo of a {}`. Default: as the model has it.',
};

const { points, box } = PromptFieldsSchema.properties;
const RegionFieldsSchema = Type.Object(
  { box, points },
  { additionalProperties: false, description: 'A box or points: one of them.' },
);

const { model, prompt, negative_prompt, width, height, steps, guidance_scale, scheduler, seed } =
  GenerationFieldsSchema.properties;
const GenerateFieldsSchema = Type.Object(
  { model, prompt, negative_prompt, width, height, steps, guidance_scale, scheduler, seed },
  {
    additionalProperties: false,
    description:
      'Instead of `image`: the picture is generated first, from these fields of a generation. One prompt, one seed.',
  },
);

/** `POST /v1/analysis`, the fields beside the picture. */
export const AnalysisFieldsSchema = Type.Object(
  {
    ...commonSubmissionFields,
    generate: Type.Optional(GenerateFieldsSchema),
    concepts: Type.Optional(ConceptsSchema),
    template: Type.Optional(Type.String(template)),
    regions: Type.Optional(
      Type.Array(RegionFieldsSchema, {
        minItems: 1,
        maxItems: REGIONS_MAX,
        description:
          'Where to look, one entry for one region. None: wherever the segmentation model finds something, largest first.',
      }),
    ),
    max_regions: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: REGIONS_MAX,
        description: `Of the regions that were found, the largest so many; 0: the picture as a whole alone, without any segmentation model. Default ${DEFAULT_REGIONS_MAX}.`,
      }),
    ),
    region_crop: Type.Optional(RegionCropSchema),
    segmentation_model: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Id of the model that makes the regions; none: the default among those that can.',
      }),
    ),
    mask_format: Type.Optional(MaskFormatSchema),
    polygon_tolerance: Type.Optional(PolygonToleranceSchema),
    outputs: Type.Optional(outputs),
  },
  { additionalProperties: false },
);
export type AnalysisFields = Static<typeof AnalysisFieldsSchema>;

/** `POST /v1/analysis` as JSON. */
export const AnalysisRequestSchema = Type.Object(
  { image: Type.Optional(ImageSourceSchema), ...AnalysisFieldsSchema.properties },
  { additionalProperties: false, $id: 'AnalysisRequest' },
);

/** A region that a model of image and text is to score: where it is, and how it was found. */
export const KnownRegionSchema = Type.Object({
  rle: RleSchema,
  predicted_iou: Nullable(Type.Number()),
});
export type KnownRegion = Static<typeof KnownRegionSchema>;

/** What of a picture a job scores: the whole, or its regions. */
export const SCORED_PARTS = ['picture', 'regions'] as const;

/**
 * The options of an analysis as one model of image and text runs it: all that another model has to find out, the picture
 * and its regions, is known. A job for several models is made of such jobs, and of those of other tasks.
 */
export const AnalysisOptionsSchema = Type.Object({
  scored: Type.Enum([...SCORED_PARTS]),
  concepts: Type.Array(ConceptSchema, { maxItems: CONCEPTS_MAX }),
  template: Type.String({ ...template, pattern: '\\{\\}' }),
  /** Empty where the whole is scored. */
  regions: Type.Array(KnownRegionSchema, { maxItems: REGIONS_MAX }),
  region_crop: RegionCropSchema,
  mask_format: MaskFormatSchema,
  polygon_tolerance: PolygonToleranceSchema,
  outputs,
  output_format: PictureFormatSchema,
});
export type AnalysisOptions = Static<typeof AnalysisOptionsSchema>;

export const ScoredConceptSchema = Type.Object({
  text: Type.String({ description: 'As it was given.' }),
  score: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'As the model was trained: softmax over all concepts, so that they add up to 1, or sigmoid, each for itself.',
  }),
  similarity: Type.Number({ minimum: -1, maximum: 1, description: 'Cosine of the two embeddings.' }),
});
export type ScoredConcept = Static<typeof ScoredConceptSchema>;

const scores = {
  concepts: Type.Array(ScoredConceptSchema, { description: 'In the order given.' }),
  top_concept: Nullable(Type.String(), {
    description: 'The one with the highest score; `null` where none were given, or there is nothing to see.',
  }),
};

export const AnalyzedRegionSchema = Type.Object({
  index: Type.Integer({
    description: 'Its place in the list: as `regions` has them, or largest first where they were found.',
  }),
  box: boxSchema('All 0 for a region without a pixel.'),
  area: Type.Integer({ description: 'In pixels.' }),
  ...maskShapes,
  predicted_iou: Nullable(Type.Number(), {
    description: 'The segmentation model’s own guess of how well the mask fits.',
  }),
  ...scores,
  crop: Nullable(Type.String(), { description: 'Name of the artifact with the crop, where asked for.' }),
});
export type AnalyzedRegion = Static<typeof AnalyzedRegionSchema>;

export const AnalysisResultSchema = Type.Object(
  {
    width: Type.Integer({ description: 'Width of the picture as displayed, in pixels.' }),
    height: Type.Integer({ description: 'Height of the picture as displayed, in pixels.' }),
    ...scores,
    regions: Type.Array(AnalyzedRegionSchema),
    embedding: Nullable(Type.Array(Type.Number()), {
      description: 'Of the picture, of unit length; `null` unless asked for.',
    }),
  },
  { $id: 'AnalysisResult' },
);
export type AnalysisResult = Static<typeof AnalysisResultSchema>;

/**
 * The parts that an analysis by several models is done with: `generate` makes the picture, `picture` scores it as a whole,
 * `masks` finds its regions, `regions` scores those.
 */
export const ANALYSIS_PARTS = ['generate', 'picture', 'masks', 'regions'] as const;
export type AnalysisPart = (typeof ANALYSIS_PARTS)[number];
