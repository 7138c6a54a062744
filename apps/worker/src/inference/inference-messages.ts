import type { ErrorCode, Progress } from '@darkroom/contracts';
import type { StageTimings } from '@darkroom/jobs';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { PipelineOutcome } from '@darkroom/model-families';

/**
 * What the worker and an inference process say to one another. Only compressed pictures, small JSON and finished
 * artifacts cross; pixels and tensors stay in the child.
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
    }
  | {
      readonly type: 'run';
      readonly runId: string;
      /** The compressed picture, as it was uploaded. */
      readonly picture: Buffer;
      readonly options: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'cancel'; readonly runId: string };

export type FromInferenceProcess =
  | {
      readonly type: 'opened';
      readonly device: string;
      readonly deviceReason: string;
      readonly memoryBytes: number;
      /** From the start of the process until its graphs were open; warming up not counted. */
      readonly openMs: number;
    }
  | { readonly type: 'rejected'; readonly problems: readonly string[] }
  | { readonly type: 'progress'; readonly runId: string; readonly progress: Progress }
  | {
      readonly type: 'done';
      readonly runId: string;
      readonly outcome: PipelineOutcome;
      readonly timings: StageTimings;
      readonly batchSize: number;
      readonly memoryBytes: number;
    }
  | { readonly type: 'failed'; readonly runId: string; readonly code: ErrorCode; readonly detail: string }
  | { readonly type: 'canceled'; readonly runId: string };
