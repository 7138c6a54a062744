import type { InferenceSession } from 'onnxruntime-node';
import type { ExecutionProvider } from './execution-provider.js';

export interface GraphOptions {
  /** In order of preference; what none of them can run falls to the CPU. */
  readonly providers: readonly ExecutionProvider[];
  /** Threads that share the work of one operator. */
  readonly intraOpThreads: number;
}

/** Errors are thrown with the same words; lines of them on the standard error stream would only be doubles. */
const FATAL_ONLY = 4;

/** Options of an ONNX Runtime session as Darkroom opens them all. */
export function sessionOptions({ providers, intraOpThreads }: GraphOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: providers.map((provider) => ({ ...provider })),
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    logSeverityLevel: FATAL_ONLY,
    // Threads that wait for work by spinning take the cores from the processes of the worker's other models.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
}
