import type { TaskResult } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { GraphSignature } from '@darkroom/tensor';

/** What a graph process is asked; it answers each request once. */
export type GraphRequest =
  | { readonly type: 'signature'; readonly path: string }
  | { readonly type: 'check'; readonly model: LoadedManifest }
  | { readonly type: 'sample'; readonly model: LoadedManifest; readonly picture: Buffer };

/** What a model made of a picture. */
export interface Sample {
  readonly result: TaskResult;
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** Of the first run; those that follow are faster. */
  readonly inferenceMs: number;
}

export type GraphAnswer =
  | { readonly type: 'signature'; readonly signature: GraphSignature }
  /** What keeps a model from being served, a line each; none when nothing does. */
  | { readonly type: 'check'; readonly problems: readonly string[] }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'failed'; readonly message: string };
