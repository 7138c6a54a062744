/** What the bench and the process of raw runs say to one another; each message has one answer. */
export type ToRawGraph =
  | { readonly type: 'open'; readonly path: string; readonly threads: number }
  /** Run one after the other until so much time has passed. */
  | { readonly type: 'run'; readonly forMs: number };

export type FromRawGraph =
  | { readonly type: 'opened' }
  | { readonly type: 'ran'; readonly runs: number; readonly elapsedMs: number };
