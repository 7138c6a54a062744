import type { Job } from '@darkroom/contracts';
import { conceptBars } from './concept-bars.js';
import { generatedFigures, ownFigures, pictureFigures } from './contact-sheet-figures.js';
import type { DemoResult } from './demo-jobs.js';
import { subjectTitle } from './demo-subject.js';
import { escapeHtml, fileHref } from './escape-html.js';
import { milliseconds } from './job-table.js';
import { resultChips } from './result-chips.js';

/** One picture or text of the contact sheet: what each of its jobs made of it. */
export function subjectCard(results: readonly [DemoResult, ...DemoResult[]]): string {
  const { subject, job } = results[0];
  const { image } = job.input;
  const size = image === null ? '' : `<span class="faint">${image.width} × ${image.height}</span>`;
  return `<article>
<header><h2>${escapeHtml(subjectTitle(subject))}</h2>${size}</header>
${subject.kind === 'picture' ? pictureFigures(results) : generatedFigures(results)}
${results.map(jobSection).join('\n')}
</article>`;
}

function jobSection(result: DemoResult): string {
  const { job, demoTask, model, files } = result;
  return `<section>
<header><h3>${escapeHtml(demoTask.name)}</h3><span class="faint">${escapeHtml(model.id)} · <a href="${fileHref(files.json)}">${escapeHtml(job.id)}</a></span></header>
${beside(ownFigures(result), outcome(result))}
<p class="faint">${escapeHtml(timings(job))}</p>
</section>`;
}

function beside(figures: string, words: string): string {
  return figures === '' ? words : `<div class="beside">\n${figures}\n${words}\n</div>`;
}

function outcome({ job, model }: DemoResult): string {
  if (job.error !== null)
    return `<p class="error">${escapeHtml(`${job.error.title}: ${job.error.detail}`)}</p>`;
  if (job.result === null) return `<p class="error">${escapeHtml(job.status)}</p>`;
  if ('top_concept' in job.result) return conceptBars(job.result);
  const chips = resultChips(job.result, model.labels).map(({ label, color, amount }) => {
    // Only a colour may reach the style: the text comes from a manifest.
    const safeColor = color !== null && /^#[0-9a-f]{6}$/i.test(color) ? color : 'transparent';
    return `<li><span class="chip" style="background:${safeColor}"></span>${escapeHtml(label)} <span class="amount">${escapeHtml(amount)}</span></li>`;
  });
  return chips.length === 0 ? '<p>nothing found</p>' : `<ul class="chips">${chips.join('')}</ul>`;
}

function timings({ timings, execution }: Job): string {
  const stages = [
    ['queue', timings.queue_ms],
    ['decode', timings.decode_ms],
    ['prepare', timings.prepare_ms],
    ['inference', timings.inference_ms],
    ['postprocess', timings.postprocess_ms],
    ['total', timings.total_ms],
  ] as const;
  const shown = stages.map(([name, value]) => `${name} ${milliseconds(value)} ms`).join(' · ');
  return execution === null ? shown : `${shown} · on ${execution.device}`;
}
