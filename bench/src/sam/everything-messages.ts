/** What the bench and the process that looks for everything say to one another; each message has one answer. */
export interface ToEverything {
  readonly type: 'find';
  readonly modelsFolder: string;
  readonly threads: number;
  /** Fields of `automatic` that differ from the defaults. */
  readonly automatic: Readonly<Record<string, number>>;
}

export type FromEverything = { readonly type: 'found' } & EverythingTimes;

export interface EverythingTimes {
  readonly points: number;
  /** In the result. */
  readonly masks: number;
  /** Of the stage `inference`: the decoder's runs, and looking through what they give. */
  readonly elapsedMs: number;
  /** From the beginning of each run to its end, all together. */
  readonly decoderMs: number;
  /** Processor time of the decoder's threads. */
  readonly decoderProcessorMs: number;
  /** Processor time of the thread that looks through the masks, and feeds the decoder. */
  readonly lookingProcessorMs: number;
  /** From masks to the result. */
  readonly postprocessMs: number;
  /** The most that the process held in the stage `inference`. */
  readonly peakBytes: number;
  /** The most that it held while the decoder ran with as many points at once and nothing was looked through. */
  readonly decoderPeakBytes: number;
}
