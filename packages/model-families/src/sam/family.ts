import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { promptKinds, requestOptions, SamOptionsSchema } from './options.js';
import { DECODER, ENCODER } from './parts.js';
import { SamPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/**
 * Segment Anything: an encoder that looks at a picture once, and a decoder that gives masks for points and boxes. SAM,
 * MobileSAM, SlimSAM, SAM 2 and 2.1, in the ways that they are exported: see `exports/`.
 */
export const sam: Family = {
  name: 'sam',
  task: 'segmentation',
  optionsSchema: SamOptionsSchema,
  graphParts: () => [ENCODER, DECODER],
  capabilities: (manifest) => {
    const kinds = promptKinds(manifest);
    return [
      'prompts',
      ...(kinds.includes('boxes') ? (['box_prompts'] as const) : []),
      ...(kinds.includes('masks') ? (['mask_prompts'] as const) : []),
      'everything',
      'embedding',
    ];
  },
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: ({ manifest }, signatures) =>
    readSignature(manifest, signatures[ENCODER]!, signatures[DECODER]!).problems,
  load(model, graphs, tools) {
    const [encoder, decoder] = [graphs[ENCODER]!, graphs[DECODER]!];
    const { signature, problems } = readSignature(model.manifest, encoder, decoder);
    if (signature !== null) return new SamPipeline(model, { encoder, decoder }, signature, tools);
    throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
  },
  recognize,
};
