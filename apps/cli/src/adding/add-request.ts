import type { Task } from '@darkroom/contracts';
import type { PreparationHints } from '@darkroom/model-catalog/importing';
import type { ModelOrigin } from './model-origin.js';

/** What `models add` is asked; what is left out is guessed. */
export interface AddRequest {
  /** Of files of one model, or of a folder. */
  readonly paths: readonly string[];
  /** Of graphs that a folder has in several exports: `fp16`, `quantized` … */
  readonly variant: string | undefined;
  readonly id: string | undefined;
  readonly task: Task | undefined;
  readonly family: string | undefined;
  /** Path of a file, or the name of well-known labels. */
  readonly labels: string | undefined;
  readonly preparation: PreparationHints;
  readonly familyOptions: Readonly<Record<string, unknown>>;
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly source: string | undefined;
  /** Path of the picture that the model is tried on. */
  readonly picture: string;
  readonly replace: boolean;
  /** What is to be kept of where it was fetched from. */
  readonly origin: ModelOrigin | null;
}
