import type { Placement, Size } from '@darkroom/imaging';
import type { GraphSignature, Tensor, TensorSpec } from '@darkroom/tensor';
import type { Finding } from '../../finding.js';
import type { PointMasks } from '../mask-finder.js';
import type { Prompt } from '../prompt-tokens.js';

/** A tensor that goes from the encoder to the decoder. */
export interface EmbeddingLink {
  /** The encoder's output. */
  readonly output: string;
  /** The decoder's input. */
  readonly input: TensorSpec;
}

/** A decoder whose inputs and outputs are understood. */
export interface SamDecoder {
  readonly links: readonly EmbeddingLink[];
  /** The encoder's output that is given where the embedding is asked for: the coarsest, that the decoder attends to. */
  readonly mainOutput: string;
  readonly outputNames: readonly string[];
  readonly takesBoxes: boolean;
  /** The size of an earlier mask; `null` where the graph takes none. */
  readonly maskCells: Size | null;
  /** How many prompts like this one can share a run. */
  promptsPerRun(prompt: Prompt): number;
  /** How many tokens a prompt comes to in the graph, the point that is none included. */
  tokensOf(prompt: Prompt): number;
  /** What is fed beside the embedding. @param prompts with equally many points, and all with box and mask or none */
  feeds(prompts: readonly Prompt[], placement: Placement): Record<string, Tensor>;
  /** The outputs of a run. @throws DarkroomError `inference_failed` when their shapes are others than expected */
  read(outputs: Readonly<Record<string, Tensor>>): PointMasks;
}

export type ReadDecoder =
  | { readonly decoder: SamDecoder; readonly findings: readonly [] }
  | { readonly decoder: null; readonly findings: readonly Finding[] };

/** A way in which encoder and decoder are exported: what their inputs and outputs are called and hold. */
export interface ExportContract {
  /** For people: whose way it is, and how it is known. */
  readonly description: string;
  /** Whether a decoder is meant to be of this way, whether or not it is sound. */
  isMeant(decoder: GraphSignature): boolean;
  /** @returns what is known of the decoder, or all that doesn't fit; findings are about the decoder's graph */
  read(encoder: GraphSignature, decoder: GraphSignature): ReadDecoder;
}
