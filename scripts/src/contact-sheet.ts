import type { Job, Model } from '@darkroom/contracts';
import { CONTACT_SHEET_STYLE } from './contact-sheet-style.js';
import type { DemoResult } from './demo-jobs.js';
import { escapeHtml } from './escape-html.js';
import { milliseconds } from './job-table.js';

const PICTURES = [
  ['input', 'what was sent'],
  ['overlay', 'overlay'],
  ['color_map', 'color_map'],
] as const;

/** One page with every picture beside what came of it. Its links stay within its folder. */
export function contactSheet(results: readonly DemoResult[], model: Model, madeAt: Date): string {
  const succeeded = results.filter(({ job }) => job.status === 'succeeded').length;
  const devices = [...new Set(results.flatMap(({ job }) => job.execution?.device ?? []))].join(', ');
  const facts = [
    `${succeeded} of ${results.length} pictures segmented`,
    `model ${model.id} ${model.version}`,
    ...(devices === '' ? [] : [`on ${devices}`]),
    madeAt.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Darkroom demo</title>
<style>${CONTACT_SHEET_STYLE}</style>
</head>
<body>
<header>
<h1>Darkroom: a picture in, its segmentation out</h1>
<p class="faint">${escapeHtml(facts.join(' · '))}</p>
<p class="notice"><strong>The demo model knows only simple drawn shapes.</strong> ${escapeHtml(model.description)}</p>
</header>
<main>
${results.map(card).join('\n')}
</main>
<footer class="faint">
<p>Each job went through the API, its queue and a worker, as yours will. <code>npm start</code> runs the service;
<code>docs/add-a-model.md</code> tells how to serve a model of your own.</p>
</footer>
</body>
</html>
`;
}

function card({ picture, job, files }: DemoResult): string {
  const { width, height } = job.input.image;
  const figures = PICTURES.flatMap(([role, caption]) => {
    const file = files[role];
    return file === undefined
      ? []
      : [figure(file, caption, `${caption} of ${picture.fileName}`, width, height)];
  });
  return `<article>
<header><h2>${escapeHtml(picture.fileName)}</h2><span class="faint">${width} × ${height} · <a href="${href(files.json)}">${escapeHtml(job.id)}</a></span></header>
<div class="pictures">
${figures.join('\n')}
</div>
${outcome(job)}
<p class="faint">${escapeHtml(timings(job))}</p>
</article>`;
}

function figure(file: string, caption: string, alternative: string, width: number, height: number): string {
  return `<figure><a href="${href(file)}"><img src="${href(file)}" alt="${escapeHtml(alternative)}" width="${width}" height="${height}"></a><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function outcome(job: Job): string {
  if (job.error !== null)
    return `<p class="error">${escapeHtml(`${job.error.title}: ${job.error.detail}`)}</p>`;
  if (job.result === null) return `<p class="error">${escapeHtml(job.status)}</p>`;
  if (!('classes' in job.result)) return '';
  const classes = job.result.classes.map(({ label, color, fraction }) => {
    // Only a colour may reach the style: the text comes from a manifest.
    const safeColor = /^#[0-9a-f]{6}$/i.test(color) ? color : 'transparent';
    return `<li><span class="chip" style="background:${safeColor}"></span>${escapeHtml(label)} <span class="share">${percentage(fraction)}</span></li>`;
  });
  return `<ul class="classes">${classes.join('')}</ul>`;
}

function percentage(fraction: number): string {
  const percent = fraction * 100;
  return percent < 0.1 ? '&lt; 0.1 %' : `${percent.toFixed(1)} %`;
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
