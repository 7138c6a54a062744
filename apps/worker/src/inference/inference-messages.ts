import type { ErrorCode, Progress, Warning } from '@darkroom/contracts';
import type { StageTimings } from '@darkroom/jobs';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { MemoryShortage, PipelineArtifact, PipelineOutcome } from '@darkroom/model-families';

/**
 * What the worker and an inference process say to one another. Only compressed pictures, small JSON and finished
 * artifacts cross, and embeddings for other workers; pixels and other tensors stay in the child.
 */
export type ToInferenceProcess =
  | {
      readonly type: 'open';
      readonly model: LoadedManifest;
      readonly device: string;
      readonly threads: number;
      readonly maxImagePixels: number;
      /** Runs the graphs once, so that the first job doesn't pay for their first run. */
      readonly warmUp: boolean;
      /** Memory that embeddings of pictures may take in the process. */
      readonly embeddingCacheBytes: number;
      /** Whether the worker keeps embeddings for all workers, and gives those of others. */
      readonly sharesEmbeddings: boolean;
    }
  | {
      readonly type: 'run';
      readonly runId: string;
      /** The compressed picture, as it was uploaded; null for a job without one. */
      readonly picture: Buffer | null;
      /** Of these bytes: work for the same picture is found again by it. */
      readonly pictureSha256: string | null;
      readonly options: Readonly<Record<string, unknown>>;
      /** Files that options refer to, by a JSON pointer to the option. */
      readonly attachments: Readonly<Record<string, Buffer>>;
      /** Above 0 it shares no graph run, and its chunks begin smaller. */
      readonly memoryShortage: MemoryShortage;
    }
  | { readonly type: 'cancel'; readonly runId: string }
  | { readonly type: 'recalled'; readonly recallId: number; readonly bytes: Uint8Array | null };

export type FromInferenceProcess =
  | {
      readonly type: 'opened';
      readonly device: string;
      readonly deviceReason: string;
      readonly memoryBytes: number;
      /** From the start of the process until its graphs were open; warming up not counted. */
      readonly openMs: number;
    }
  | {
      readonly type: 'rejected';
      readonly problems: readonly string[];
      /** Memory was short: that says nothing about the model, and may be otherwise later. */
      readonly mayPass: boolean;
    }
  | { readonly type: 'progress'; readonly runId: string; readonly progress: Progress }
  | {
      readonly type: 'preview';
      readonly runId: string;
      readonly artifact: PipelineArtifact;
      readonly step: number;
    }
  | { readonly type: 'warning'; readonly runId: string; readonly warning: Warning }
  | {
      readonly type: 'done';
      readonly runId: string;
      readonly outcome: PipelineOutcome;
      readonly timings: StageTimings;
      readonly batchSize: number;
      /** How many it made; null for one that has no steps. */
      readonly steps: number | null;
      /** Where its graphs ran: the process's device, or `cpu` where memory of that did not suffice. */
      readonly device: string;
      readonly memoryBytes: number;
    }
  | { readonly type: 'failed'; readonly runId: string; readonly code: ErrorCode; readonly detail: string }
  | { readonly type: 'canceled'; readonly runId: string }
  /** Asks for an embedding that some worker kept; answered by `recalled`. */
  | { readonly type: 'recall'; readonly recallId: number; readonly key: string }
  | { readonly type: 'keep'; readonly key: string; readonly bytes: Uint8Array }
  /** Nothing runs in this process any more, whoever asks: it waits to be ended. `ending` is the driver's error. */
  | { readonly type: 'dying'; readonly ending: string };
