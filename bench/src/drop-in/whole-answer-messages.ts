/** What the bench and the process that builds an answer in memory say to one another. */
export interface ToWholeAnswer {
  readonly type: 'build';
  readonly logits: Uint8Array;
  readonly probabilities: Uint8Array;
}

export type FromWholeAnswer = { readonly type: 'built' } & WholeAnswer;

export interface WholeAnswer {
  readonly bytes: number;
  /** From the bytes of both files to those of the answer. */
  readonly elapsedMs: number;
  readonly processorMs: number;
  readonly peakBytes: number;
}
