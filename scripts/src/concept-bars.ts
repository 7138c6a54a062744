import type { AnalysisResult, ScoredConcept } from '@darkroom/contracts';
import { escapeHtml } from './escape-html.js';
import { percentage } from './result-chips.js';

/** Concepts of the picture as a whole that are shown. */
const MOST_CONCEPTS = 3;
const MOST_REGIONS = 8;

/** What a picture is most like, and what each of its regions is, as bars of their scores. */
export function conceptBars({ width, height, concepts, regions }: AnalysisResult): string {
  const whole = bestFirst(concepts)
    .slice(0, MOST_CONCEPTS)
    .map((concept) => conceptBar(concept));
  const shown = regions.slice(0, MOST_REGIONS).map(({ area, concepts: ofRegion }) => {
    const size = percentage(area / (width * height));
    return bestFirst(ofRegion)
      .slice(0, 1)
      .map((concept) => conceptBar(concept, size));
  });
  const rest = regions.length - shown.length;
  const more = rest > 0 ? `<p class="faint">and ${rest} smaller regions</p>` : '';
  return `<div>
<h4>as a whole</h4>
<ol class="bars">${whole.join('')}</ol>
${shown.length === 0 ? '<p class="faint">no regions found</p>' : `<h4>its regions, the largest first</h4>\n<ol class="bars">${shown.flat().join('')}</ol>${more}`}
</div>`;
}

function bestFirst(concepts: readonly ScoredConcept[]): ScoredConcept[] {
  return concepts.toSorted((a, b) => b.score - a.score);
}

/** @param size how much of the picture it is of, where not all */
function conceptBar({ text, score }: ScoredConcept, size?: string): string {
  const of = size !== undefined ? ` <span class="faint">${size} of the picture</span>` : '';
  return `<li style="--score:${score.toFixed(4)}"><span>${escapeHtml(text)}${of}</span><span class="amount">${percentage(score)}</span></li>`;
}
