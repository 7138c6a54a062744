import { REFINABLE_MASKS_MAX } from '@darkroom/contracts';
import { areaOfRuns, boxOfRuns, MaskEnlarger } from '@darkroom/imaging';
import { float32ToFloat16 } from '@darkroom/tensor';
import type { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import type { RunMemory } from '../run-memory.js';
import type { AnsweredMask } from './answered-mask.js';
import { type EncoderResize, maskEnlargement } from './encoder-placement.js';
import { GENERATOR_DEFAULTS } from './generator-options.js';
import type { PointMasks } from './mask-finder.js';
import type { EncodedPicture, PromptDecoder } from './prompt-decoder.js';
import { type Prompt, promptGroups } from './prompt-tokens.js';
import { selectMasks } from './select-masks.js';
import { stabilityScore, thresholdsWith } from './stability-score.js';

/** The size that points share a run in where segment-anything does it. */
const PROMPTS_PER_RUN = GENERATOR_DEFAULTS.pointsPerBatch;

export interface PromptsToAnswer {
  readonly picture: EncodedPicture;
  readonly prompts: readonly Prompt[];
  readonly multimask: boolean;
  readonly resize: EncoderResize;
  readonly decoder: PromptDecoder;
  /** Whether the logits of the first masks are kept, to refine them later. */
  readonly keepsLogits: boolean;
  readonly runner: ChunkRunner;
  /** Told of prompts done. */
  readonly steps: StepCounter;
  readonly memory: RunMemory;
}

/**
 * The masks of each prompt: the best, or all candidates, best first. Those whose prediction is no number, of a network
 * that overflowed, are left out.
 */
export async function answerPrompts(asked: PromptsToAnswer): Promise<AnsweredMask[]> {
  const { picture, prompts, decoder, runner, steps, memory } = asked;
  const reader = new MaskReader(asked);
  const answers: AnsweredMask[][] = [];
  let done = 0;
  for (const group of promptGroups(prompts)) {
    const before = done;
    const found = await runner.run(group, {
      chunkSize: Math.min(PROMPTS_PER_RUN, decoder.promptsPerRun(prompts[group[0]!]!)),
      runChunk: async (indices) => {
        const masks = await decoder.decode(
          picture,
          indices.map((index) => prompts[index]!),
        );
        return indices.map((index, i) => reader.read(masks, i, index));
      },
      steps: { step: (more) => steps.step(before + more, prompts.length) },
      memory,
    });
    for (const [i, index] of group.entries()) answers[index] = found[i]!;
    done += group.length;
  }
  return answers.flat();
}

/** Reads what a decoder gave for a prompt. */
class MaskReader {
  readonly #asked: PromptsToAnswer;
  #enlarger: MaskEnlarger | null = null;

  constructor(asked: PromptsToAnswer) {
    this.#asked = asked;
  }

  /** @param row which of the run's prompts it is @param promptIndex which of the request's */
  read({ lowResLogits, iouPredictions, hasSingleMask }: PointMasks, row: number, promptIndex: number) {
    const { prompts, multimask, decoder } = this.#asked;
    const [, perPrompt = 0, height = 0, width = 0] = lowResLogits.dims;
    const own = iouPredictions.data.subarray(row * perPrompt, (row + 1) * perPrompt);
    const selected = selectMasks({
      iouPredictions: own,
      hasSingleMask,
      tokens: decoder.tokensOf(prompts[promptIndex]!),
      multimask,
    });
    return selected
      .filter((mask) => Number.isFinite(own[mask]))
      .sort((a, b) => own[b]! - own[a]!)
      .map((mask) => {
        const at = (row * perPrompt + mask) * height * width;
        const logits = lowResLogits.data.subarray(at, at + height * width);
        return this.#answer(logits, { height, width }, own[mask]!, promptIndex);
      });
  }

  #answer(
    logits: Float32Array,
    cells: { readonly height: number; readonly width: number },
    predictedIou: number,
    promptIndex: number,
  ): AnsweredMask {
    const { picture, resize, keepsLogits } = this.#asked;
    this.#enlarger ??= new MaskEnlarger(maskEnlargement(picture.placement, resize, cells));
    const enlarged = this.#enlarger.enlarge(logits, thresholdsWith(GENERATOR_DEFAULTS.stabilityScoreOffset));
    const mask = enlarged.runs();
    // As many prompts have at least as many masks, unless some are left out.
    const isKept = keepsLogits && promptIndex < REFINABLE_MASKS_MAX;
    return {
      mask,
      area: areaOfRuns(mask),
      box: boxOfRuns(mask) ?? [0, 0, 0, 0],
      predictedIou,
      stabilityScore: stabilityScore(enlarged),
      promptIndex,
      point: null,
      logits: isKept ? { ...cells, bits: float32ToFloat16(logits) } : null,
    };
  }
}
