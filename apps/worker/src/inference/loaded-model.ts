import type { ResolvedDevice } from '@darkroom/inference';
import type { LoadedManifest } from '@darkroom/model-catalog';
import {
  FAMILIES,
  type GraphOpener,
  openModel,
  type Pipeline,
  type PipelineTools,
} from '@darkroom/model-families';
import { Batcher } from './batcher.js';

/** A model open on one device. Its graph runs go one after the other; decoding and preparing go on beside them. */
export interface LoadedModel {
  /** `cpu`, `cuda:0`, `webgpu`. */
  readonly device: string;
  readonly pipeline: Pipeline;
  readonly batcher: Batcher<unknown, unknown>;
  /** Gives its memory back; it cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * @param tools those of the process
 * @throws DarkroomError when the graphs cannot be opened or don't fit
 */
export async function loadModel(
  model: LoadedManifest,
  { device }: ResolvedDevice,
  openGraph: GraphOpener,
  tools: PipelineTools,
): Promise<LoadedModel> {
  const { pipeline, close } = await openModel(model, openGraph, FAMILIES, tools);
  const { max_batch, max_delay_ms } = model.manifest.batching;
  const batcher = new Batcher<unknown, unknown>((...batch) => pipeline.infer(...batch), {
    maxBatch: pipeline.takesBatches ? max_batch : 1,
    maxDelayMs: pipeline.takesBatches ? max_delay_ms : 0,
  });
  return { device, pipeline, batcher, close };
}
