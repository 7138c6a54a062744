import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AnalysisOptions, TEMPLATE_PLACE, type Warning } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { shortenText } from '../text-tokenizer/shorten-text.js';
import type { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import { type Region, readRegions } from './regions.js';
import type { ReadText } from './text-embeddings.js';

/** What a job asks for. */
export interface AnalysisRequest {
  readonly options: AnalysisOptions;
  /** What is read for each concept, in their order. */
  readonly texts: readonly ReadText[];
  /** Empty where the whole picture is scored. */
  readonly regions: readonly Region[];
}

/** @throws DarkroomError `invalid_field` for regions that are none of the picture */
export async function readRequest(
  options: AnalysisOptions,
  picture: Pixels,
  tokenizer: TextTokenizer,
): Promise<AnalysisRequest> {
  const regions = readRegions(options.regions, picture);
  const texts: ReadText[] = [];
  for (const [i, concept] of options.concepts.entries()) {
    // A thousand long ones take seconds, and the process has messages to answer.
    if (i % TEXTS_PER_TURN === 0) await nextTurn();
    const text = options.template.split(TEMPLATE_PLACE).join(concept);
    texts.push({ text, tokens: tokenizer.tokenize(text) });
  }
  return { options, texts, regions };
}

const TEXTS_PER_TURN = 16;

/** More than these nobody reads. */
const MOST_CUT_TOLD = 5;

/** What is worth knowing of a request that is no error. */
export function warningsFor(
  { texts }: AnalysisRequest,
  { maxTokens, isSoftmax }: { readonly maxTokens: number; readonly isSoftmax: boolean },
): Warning[] {
  const warnings = cutWarnings(texts, maxTokens);
  if (texts.length !== 1 || !isSoftmax) return warnings;
  const detail =
    'There is one concept, and the scores of all concepts add up to 1: compare its similarity, or add what else it could be.';
  return [...warnings, { code: 'one_concept', detail }];
}

function cutWarnings(texts: readonly ReadText[], maxTokens: number): Warning[] {
  const cut = new Map(texts.flatMap(({ text, tokens }) => (tokens.cut === null ? [] : [[text, tokens.cut]])));
  const told = [...cut].slice(0, MOST_CUT_TOLD).map(
    ([text, end]): Warning => ({
      code: 'concept_cut',
      detail: `The model reads ${maxTokens} tokens; of “${shortenText(text)}” the end was left out: “${shortenText(end)}”.`,
    }),
  );
  const more = cut.size - told.length;
  if (more === 0) return told;
  return [...told, { code: 'concept_cut', detail: `So it was with ${more} more concepts.` }];
}
