import type { Job } from '@darkroom/contracts';
import type { DemoResult } from './demo-jobs.js';
import { escapeHtml } from './escape-html.js';
import { milliseconds } from './job-table.js';
import { resultChips } from './result-chips.js';

/** The artifacts that are shown, where a job has made them. */
const SHOWN_ROLES = ['overlay', 'color_map'] as const;

/** One picture of the contact sheet: what was sent, and what each of its jobs made of it. */
export function pictureCard(results: readonly DemoResult[]): string {
  const { picture, job, files } = results[0]!;
  // Every job of the demo has a picture.
  const { width, height } = job.input.image!;
  const shown = [
    { file: files.input, caption: 'what was sent' },
    ...results.flatMap(({ job, files }) =>
      SHOWN_ROLES.flatMap((role) => {
        const file = files[role];
        return file === undefined ? [] : [{ file, caption: `${job.task}: ${role}` }];
      }),
    ),
  ];
  const figures = shown.map(({ file, caption }) => {
    const alternative = escapeHtml(`${caption} of ${picture.fileName}`);
    return `<figure><a href="${href(file)}"><img src="${href(file)}" alt="${alternative}" width="${width}" height="${height}"></a><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
  });
  return `<article>
<header><h2>${escapeHtml(picture.fileName)}</h2><span class="faint">${width} × ${height}</span></header>
<div class="pictures">
${figures.join('\n')}
</div>
${results.map(jobSection).join('\n')}
</article>`;
}

function jobSection(result: DemoResult): string {
  const { job, model, files } = result;
  return `<section>
<header><h3>${escapeHtml(job.task)}</h3><span class="faint">${escapeHtml(model.id)} · <a href="${href(files.json)}">${escapeHtml(job.id)}</a></span></header>
${outcome(result)}
<p class="faint">${escapeHtml(timings(job))}</p>
</section>`;
}

function outcome({ job, model }: DemoResult): string {
  if (job.error !== null)
    return `<p class="error">${escapeHtml(`${job.error.title}: ${job.error.detail}`)}</p>`;
  if (job.result === null) return `<p class="error">${escapeHtml(job.status)}</p>`;
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

/** A link to a file beside the page. */
function href(file: string): string {
  return escapeHtml(encodeURIComponent(file));
}
