import { type Static, Type } from 'typebox';
import { TaskSchema } from './task.js';

const closed = { additionalProperties: false } as const;

export const RESIZE_MODES = ['stretch', 'letterbox', 'shortest-edge', 'none'] as const;
export const RESAMPLERS = ['pil-bilinear', 'pil-bicubic', 'pil-lanczos', 'cv2-linear', 'darknet'] as const;
export const LETTERBOX_ROUNDINGS = ['round', 'round-half-up', 'floor', 'truncate'] as const;
export const SHORTEST_EDGE_ROUNDINGS = ['torchvision', 'transformers', 'yolos', 'detectron2'] as const;
export const CROP_ROUNDINGS = ['torchvision', 'transformers'] as const;
export const PALETTES = ['pascal-voc', 'ade20k', 'cityscapes', 'coco', 'distinct'] as const;

const channels = (description: string) =>
  Type.Array(Type.Number(), { minItems: 3, maxItems: 3, description });

/** How a decoded picture becomes the numbers the network takes. Models that only make pictures have none. */
export const PreparationSchema = Type.Object(
  {
    resize: Type.Enum([...RESIZE_MODES], {
      description:
        '`stretch` to width × height; `letterbox`: fit into width × height and pad; `shortest-edge`: scale to `shortest_edge`, keeping the aspect, and with width and height cut out the middle; `none`: as it is, for graphs that resize by themselves.',
    }),
    width: Type.Optional(Type.Integer({ minimum: 1, maximum: 16384 })),
    height: Type.Optional(Type.Integer({ minimum: 1, maximum: 16384 })),
    shortest_edge: Type.Optional(Type.Integer({ minimum: 1, maximum: 16384 })),
    longest_edge: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 16384,
        description:
          'No edge grows beyond this; default 16 times `shortest_edge`, none where the middle is cut out.',
      }),
    ),
    multiple_of: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description: 'Pad right and below up to a multiple of this.',
      }),
    ),
    resampler: Type.Optional(
      Type.Enum([...RESAMPLERS], {
        description:
          'The resampler the model was trained with: PIL’s antialiased bilinear (torchvision, transformers, Detectron2), cv2’s INTER_LINEAR (ultralytics, YOLOX) or Darknet’s. Needed unless `resize` is `none`.',
      }),
    ),
    letterbox_anchor: Type.Optional(
      Type.Enum(['center', 'top-left'], {
        default: 'center',
        description: 'Where the picture lies in a letterbox.',
      }),
    ),
    letterbox_rounding: Type.Optional(
      Type.Enum([...LETTERBOX_ROUNDINGS], {
        default: 'round',
        description:
          'How the resized edges become whole pixels: `round` (ultralytics), `round-half-up` (segment-anything), `floor` (Darknet) or `truncate` (YOLOX).',
      }),
    ),
    shortest_edge_rounding: Type.Optional(
      Type.Enum([...SHORTEST_EDGE_ROUNDINGS], {
        default: 'torchvision',
        description:
          'How the edges become whole pixels with `shortest-edge`: as torchvision, transformers (DETR), its YOLOS (multiples of 16) or Detectron2 has them.',
      }),
    ),
    crop_rounding: Type.Optional(
      Type.Enum([...CROP_ROUNDINGS], {
        default: 'torchvision',
        description:
          'Where the middle is that `shortest-edge` cuts out, when an odd number of pixels is cut off: as torchvision (CLIP, open_clip) or transformers has it.',
      }),
    ),
    padding_color: Type.Optional(
      Type.Array(Type.Number({ minimum: 0, maximum: 255 }), {
        minItems: 3,
        maxItems: 3,
        default: [114, 114, 114],
        description: 'Red, green, blue of the padding, 0 to 255; Darknet’s is 127.5.',
      }),
    ),
    scale: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        default: 1 / 255,
        description: 'Pixels 0 to 255 are multiplied by it first.',
      }),
    ),
    mean: Type.Optional(channels('Taken off after scaling, in the order of the channels; default 0.')),
    std: Type.Optional(channels('Divided by after the mean, in the order of the channels; default 1.')),
    channel_order: Type.Optional(Type.Enum(['rgb', 'bgr'], { default: 'rgb' })),
    layout: Type.Optional(
      Type.Enum(['nchw', 'nhwc'], { default: 'nchw', description: 'Order of the input’s dimensions.' }),
    ),
  },
  closed,
);
export type Preparation = Static<typeof PreparationSchema>;

export const ManifestFileSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, description: 'Relative to the model’s folder, never outside it.' }),
    sha256: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'Hash of the file; `sha256sum` prints it.',
    }),
  },
  closed,
);

/** `models/<id>/model.json`: data, no code. */
export const ModelManifestSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,63}$',
      description: 'Name of the model in requests; the same as its folder’s.',
    }),
    task: TaskSchema,
    family: Type.String({ description: 'The code that prepares its input and decodes its output.' }),
    description: Type.String({ minLength: 1 }),
    license: Type.String({ minLength: 1, description: 'SPDX identifier where there is one.' }),
    source: Type.Optional(Type.String({ description: 'Where it comes from.' })),
    demo: Type.Optional(Type.Boolean({ default: false, description: 'Knows only simple drawn shapes.' })),
    files: Type.Record(Type.String({ pattern: '^[a-z0-9_]+$' }), ManifestFileSchema, {
      minProperties: 1,
      additionalProperties: false,
      description: 'The files by their part in the family, such as `graph`.',
    }),
    labels: Type.Optional(
      Type.Array(
        Type.Union([
          Type.String(),
          Type.Object({ label: Type.String(), color: Type.String({ pattern: '^#[0-9a-f]{6}$' }) }, closed),
        ]),
        { maxItems: 65536, description: 'Names of the classes by id, each with a colour if you like.' },
      ),
    ),
    palette: Type.Optional(
      Type.Enum([...PALETTES], {
        default: 'distinct',
        description: 'Colours of labels that have none of their own.',
      }),
    ),
    preparation: Type.Optional(PreparationSchema),
    runtime: Type.Optional(
      Type.Object(
        {
          preload: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Loaded when the worker starts, not at the first job.',
            }),
          ),
          idle_seconds: Type.Optional(
            Type.Integer({
              minimum: 1,
              default: 600,
              description: 'Its process is stopped after this time unused.',
            }),
          ),
          max_run_seconds: Type.Optional(
            Type.Integer({ minimum: 1, default: 600, description: 'A run that takes longer is stopped.' }),
          ),
          cpu_fallback: Type.Optional(
            Type.Boolean({
              default: false,
              description:
                'Whether a job that not even alone fits the memory of its GPU may run on the CPU. Not by default: it may take a hundred times as long, keeps the model’s other jobs waiting, and needs main memory for a second copy of the model.',
            }),
          ),
        },
        closed,
      ),
    ),
    batching: Type.Optional(
      Type.Object(
        {
          max_batch: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024, default: 1 })),
          max_delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, default: 0 })),
        },
        closed,
      ),
    ),
    defaults: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Defaults of request fields for this model.',
      }),
    ),
    family_options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'What the family wants to know beyond this.',
      }),
    ),
  },
  {
    additionalProperties: false,
    $id: 'ModelManifest',
    title: 'Darkroom model manifest',
    description: 'One model: its files, what it was trained for and how pictures are prepared for it.',
  },
);
export type ModelManifest = Static<typeof ModelManifestSchema>;
