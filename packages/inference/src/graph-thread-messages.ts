import type { ErrorCode } from '@darkroom/contracts';
import type { GraphSignature, Tensor } from '@darkroom/tensor';
import type { GraphOptions } from './session-options.js';

/** A call of the thread that runs graphs; the answer has the same `callId`. */
export type ToGraphThread = { readonly callId: number } & (
  | { readonly type: 'open'; readonly path: string; readonly options: GraphOptions }
  | {
      readonly type: 'run';
      readonly graphId: number;
      readonly feeds: Readonly<Record<string, Tensor>>;
      readonly outputNames: readonly string[];
    }
  | { readonly type: 'close'; readonly graphId: number }
);

export interface OpenedGraph extends GraphSignature {
  readonly graphId: number;
}

export type FromGraphThread = { readonly callId: number } & (
  | { readonly type: 'opened'; readonly graph: OpenedGraph }
  | { readonly type: 'ran'; readonly outputs: Record<string, Tensor> }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: GraphThreadError }
);

/** An error between threads, which keep no classes. */
export type GraphThreadError =
  | { readonly kind: 'darkroom'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'device_lost'; readonly message: string }
  | { readonly kind: 'other'; readonly message: string };
