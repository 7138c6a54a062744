import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerMessages } from '../asked-process.js';
import type { Place } from './prompt-places.js';
import type { FromTransformers, ToTransformers } from './transformers-messages.js';

/* The process of transformers.js: asks the very model that Darkroom is asked, as its documentation does it. */

interface Values<Data> {
  readonly data: Data;
  readonly dims: readonly number[];
}
type Size = readonly [height: number, width: number];
type Embeddings = Readonly<Record<'image_embeddings' | 'image_positional_embeddings', unknown>>;
interface Inputs {
  readonly original_sizes: readonly Size[];
  readonly reshaped_input_sizes: readonly Size[];
  readonly input_points: unknown;
}

/** What is used of `@huggingface/transformers`. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string; readonly version: string };
  readonly RawImage: { fromBlob(blob: Blob): Promise<unknown> };
  readonly AutoProcessor: { from_pretrained(id: string): Promise<Processor> };
  readonly SamModel: { from_pretrained(id: string, options: object): Promise<SamModel> };
}
interface Processor {
  (picture: unknown, options: { input_points: readonly (readonly Place[])[] }): Promise<Inputs>;
  reshape_input_points(
    points: readonly (readonly Place[])[],
    original: readonly Size[],
    reshaped: readonly Size[],
  ): unknown;
  post_process_masks(
    masks: unknown,
    original: readonly Size[],
    reshaped: readonly Size[],
  ): Promise<readonly Values<Uint8Array>[]>;
}
interface SamModel {
  (inputs: object): Promise<{ iou_scores: Values<Float32Array>; pred_masks: unknown }>;
  get_image_embeddings(inputs: Inputs): Promise<Embeddings>;
}

let library: Transformers;
let processor: Processor;
let model: SamModel;
let inputs: Inputs;
let embeddings: Embeddings;

process.title = 'darkroom bench transformers.js';
answerMessages(async (message: ToTransformers): Promise<FromTransformers> => {
  if (message.type === 'open') return open(message);
  const startedMs = performance.now();
  if (message.type === 'click') await enterPicture(message.picture, message.place);
  return answer(message.place, startedMs);
});

async function open({
  installation,
  modelsFolder,
  model: id,
  threads,
}: Extract<ToTransformers, { type: 'open' }>): Promise<FromTransformers> {
  const entry = createRequire(join(installation, 'here.js')).resolve('@huggingface/transformers');
  library = await import(pathToFileURL(entry).href);
  library.env.allowRemoteModels = false;
  library.env.localModelPath = modelsFolder;
  processor = await library.AutoProcessor.from_pretrained(id);
  const session_options = { intraOpNumThreads: threads };
  model = await library.SamModel.from_pretrained(id, { dtype: 'fp32', device: 'cpu', session_options });
  return { type: 'opened', version: library.env.version };
}

async function enterPicture(bytes: Uint8Array, place: Place): Promise<void> {
  const picture = await library.RawImage.fromBlob(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  inputs = await processor(picture, { input_points: [[place]] });
  embeddings = await model.get_image_embeddings(inputs);
}

async function answer(place: Place, startedMs: number): Promise<FromTransformers> {
  const { original_sizes, reshaped_input_sizes } = inputs;
  const input_points = processor.reshape_input_points([[place]], original_sizes, reshaped_input_sizes);
  const { iou_scores, pred_masks } = await model({ ...embeddings, input_points });
  const [masks] = await processor.post_process_masks(pred_masks, original_sizes, reshaped_input_sizes);
  const scores = [...iou_scores.data];
  const best = scores.indexOf(Math.max(...scores));
  const [height, width] = original_sizes[0]!;
  const mask = masks!.data.slice(best * width * height, (best + 1) * width * height);
  return { type: 'answered', elapsedMs: performance.now() - startedMs, score: scores[best]!, mask };
}
