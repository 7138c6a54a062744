import { subjectCard } from './contact-sheet-card.js';
import { CONTACT_SHEET_STYLE } from './contact-sheet-style.js';
import type { DemoResult } from './demo-jobs.js';
import { escapeHtml } from './escape-html.js';
import { groupResults } from './group-results.js';

/** One page with every picture and every text beside what came of it. Its links stay within its folder. */
export function contactSheet(results: readonly DemoResult[], madeAt: Date): string {
  const succeeded = results.filter(({ job }) => job.status === 'succeeded').length;
  const devices = [...new Set(results.flatMap(({ job }) => job.execution?.device ?? []))].join(', ');
  const facts = [
    `${succeeded} of ${results.length} jobs succeeded`,
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
<h1>Darkroom: what was sent, and what came of it</h1>
<p class="faint">${escapeHtml(facts.join(' · '))}</p>
${notice(results)}
</header>
<main>
${groupResults(results, ({ subject }) => `${subject.kind} ${subject.name}`)
  .map(subjectCard)
  .join('\n')}
</main>
<footer class="faint">
<p>Each job went through the API, its queue and a worker, as yours will. <code>npm start</code> runs the service;
<code>docs/add-a-model.md</code> tells how to serve a model of your own.</p>
</footer>
</body>
</html>
`;
}

function notice(results: readonly DemoResult[]): string {
  const warning = results.some(({ model }) => model.demo)
    ? '<p><strong>Demo models know only simple drawn shapes, as in these pictures.</strong></p>\n'
    : '';
  const lines = groupResults(results, ({ model }) => model.id).map((ofModel) => {
    const { id, version, description } = ofModel[0].model;
    const names = new Set(ofModel.map(({ demoTask }) => demoTask.name));
    return `<p><strong>${escapeHtml([...names].join(', '))}</strong> by ${escapeHtml(id)} <span class="faint">${escapeHtml(version)}</span>: ${escapeHtml(description)}</p>`;
  });
  return `<div class="notice">\n${warning}${lines.join('\n')}\n</div>`;
}
