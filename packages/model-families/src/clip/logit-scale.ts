import { DarkroomError } from '@darkroom/contracts';
import type { ClipOptions } from './options.js';
import type { LogitScale } from './scores.js';

/** What a graph of both encoders gave for a picture and a text. */
export interface LogitSample {
  readonly similarity: number;
  readonly logit: number;
}

/** CLIP's, and OpenCLIP's: what the scale was limited to in training, and came to. */
const USUAL: LogitScale = { scale: 100, bias: 0 };

/** Similarities that differ by less say nothing of the scale. */
const LEAST_SPREAD = 1e-3;
/** How far logits may be from the line, as a share of how far they differ. */
const LARGEST_ERROR = 0.02;

/** What makes logits of similarities: as the manifest says, else as the graph shows, else the usual. */
export class LogitScaleSource {
  readonly #options: ClipOptions;
  readonly #measure: (() => Promise<readonly LogitSample[]>) | null;
  #found: Promise<LogitScale> | null = null;

  /** @param measure asks the graph for a few logits; `null` where it gives none */
  constructor(options: ClipOptions, measure: (() => Promise<readonly LogitSample[]>) | null) {
    this.#options = options;
    this.#measure = measure;
  }

  /** The graph is asked once. @throws DarkroomError `inference_failed` when it shows nothing and there is no usual one */
  find(): Promise<LogitScale> {
    this.#found ??= this.#search().catch((error) => {
      // Memory may suffice the next time.
      this.#found = null;
      throw error;
    });
    return this.#found;
  }

  async #search(): Promise<LogitScale> {
    const { logit_scale: scale, logit_bias: bias, activation } = this.#options;
    // Softmax is the same whatever is added to all logits.
    const isComplete = scale !== undefined && (bias !== undefined || activation === 'softmax');
    const shown = isComplete || !this.#measure ? null : fitLine(await this.#measure());
    if (!isComplete && this.#measure && !shown && activation === 'sigmoid') {
      throw new DarkroomError(
        'inference_failed',
        'The graph doesn’t show what it multiplies similarities by. Write logit_scale and logit_bias into family_options of its model.json.',
      );
    }
    const found = shown ?? USUAL;
    return { scale: scale ?? found.scale, bias: bias ?? found.bias };
  }
}

/**
 * The line through some points, by least squares.
 * @returns `null` where they are too close to each other, or not on a rising line
 */
export function fitLine(samples: readonly LogitSample[]): LogitScale | null {
  const similarities = spreadOf(samples.map(({ similarity }) => similarity));
  const logits = spreadOf(samples.map(({ logit }) => logit));
  if (!(similarities.spread >= LEAST_SPREAD)) return null;
  let [products, squares] = [0, 0];
  for (const { similarity, logit } of samples) {
    products += (similarity - similarities.mean) * (logit - logits.mean);
    squares += (similarity - similarities.mean) ** 2;
  }
  const scale = products / squares;
  const bias = logits.mean - scale * similarities.mean;
  const isOnLine = samples.every(
    ({ similarity, logit }) => Math.abs(scale * similarity + bias - logit) <= LARGEST_ERROR * logits.spread,
  );
  return scale > 0 && isOnLine ? { scale, bias } : null;
}

function spreadOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, spread: Math.max(...values) - Math.min(...values) };
}
