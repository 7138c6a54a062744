import { describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.js';
import type { DemoResult } from './demo-jobs.js';
import {
  analysisDemoResult,
  analyzedRegion,
  DETECTOR,
  demoResult,
  detectionDemoResult,
  generationDemoResult,
  promptsDemoResult,
  scored,
  textDetectionDemoResult,
} from './testing/demo-result.js';

const sheet = (results: readonly DemoResult[]) => contactSheet(results, new Date('2026-01-02T03:04:05Z'));

describe('the contact sheet', () => {
  it('shows each picture once, beside what every task made of it', () => {
    const html = sheet([
      demoResult('shapes-1.jpg'),
      detectionDemoResult('shapes-1.jpg', { circle: 1 }),
      demoResult('b.jpg'),
    ]);
    expect([...html.matchAll(/<img src="([^"]*)"/g)].map(([, file]) => file)).toEqual([
      'shapes-1.input.jpg',
      'shapes-1.segmentation.overlay.jpg',
      'shapes-1.detection.overlay.jpg',
      'b.input.jpg',
      'b.segmentation.overlay.jpg',
    ]);
    expect(html).toContain('3 of 3 jobs succeeded · on cpu · 2026-01-02 03:04 UTC');
  });

  it('shows the classes of a segmentation with their shares', () => {
    const html = sheet([demoResult('shapes-1.jpg')]);
    expect(html).toContain('style="background:#000000"></span>background <span class="amount">97.7 %</span>');
    expect(html).toContain('circle <span class="amount">&lt; 0.1 %</span>');
  });

  it('shows how many a detection found of each label, in the label’s colour', () => {
    const html = sheet([detectionDemoResult('shapes-1.jpg', { circle: 3, square: 0, hexagon: 1 })]);
    expect(html).toContain('style="background:#e4572e"></span>circle <span class="amount">× 3</span>');
    expect(html).toContain('style="background:transparent"></span>hexagon <span class="amount">× 1</span>');
    expect(html).not.toContain('square <span');
  });

  it('draws what was asked for over what came of it, and says how well that fits', () => {
    const points = [
      { x: 30, y: 40 },
      { x: 50, y: 60, positive: false },
    ];
    const html = sheet([promptsDemoResult('shapes-1.jpg', [{ points }, { box: [10, 20, 110, 70] }])]);
    const [, marks] = /<svg viewBox="0 0 640 480">(.*?)<\/svg>/.exec(html)!;
    expect(marks).toContain('<circle cx="30" cy="40" r="10"');
    expect(marks).toMatch(/<circle cx="50" cy="60"[^>]*stroke-dasharray/);
    expect(marks).toContain('<rect x="10" y="20" width="100" height="50"');
    expect(html).toContain('prompt 2 <span class="amount">200 pixels, predicted to fit by 97.3 %</span>');
  });

  it('shows every picture that was generated from a text, each above its own previews', () => {
    const html = sheet([generationDemoResult('boat', 'a <red> boat', { count: 2 }), demoResult('boat.jpg')]);
    expect(html).toContain('<h2>“a &lt;red&gt; boat”</h2>');
    const figures = html.split('<figure>').slice(1, 3);
    expect(
      figures.map((figure) => [...figure.matchAll(/<img src="([^"]*)"/g)].map(([, file]) => file)),
    ).toEqual(
      [0, 1].map((index) => [
        `boat.generation.image-${index}.png`,
        `boat.generation.preview-${index}-step-5.jpg`,
        `boat.generation.preview-${index}-step-10.jpg`,
      ]),
    );
    expect(html).toContain('picture <span class="amount">× 2</span>');
    expect(html).toContain('seed <span class="amount">7</span>');
    expect(html).not.toContain('withheld');
    expect(html.match(/<article>/g)).toHaveLength(2);
  });

  it('says how many generated pictures were withheld', () => {
    const html = sheet([generationDemoResult('boat', 'a boat', { count: 3, withheld: [1] })]);
    expect(html).toContain('picture <span class="amount">× 2</span>');
    expect(html).toContain('withheld <span class="amount">× 1</span>');
  });

  it('shows an analysis beside the three concepts that a picture is most like, and what its regions are', () => {
    const concepts = scored({ 'a boat': 0.02, 'a <red> star': 0.9, 'a star': 0.05, 'a cat': 0.03 });
    const regions = Array.from({ length: 10 }, (_, index) =>
      analyzedRegion(scored({ 'a sky': 0.7, 'a sea': 0.3 }), { index, area: 1024 }),
    );
    const html = sheet([
      demoResult('shapes-1.jpg'),
      analysisDemoResult({ fileName: 'shapes-1.jpg' }, concepts, regions),
    ]);
    const [above, section] = html.split('<h3>analysis</h3>');
    expect(above).not.toContain('shapes-1.analysis.overlay.jpg');
    expect(section).toContain('<img src="shapes-1.analysis.overlay.jpg"');
    const bars = [...section!.matchAll(/<li style="--score:([\d.]+)"><span>(.*?)<\/li>/g)];
    const shown = bars.map(([, score, words]) => [score, words!.replaceAll(/(<.*?>|\s)+/g, ' ').trim()]);
    expect(shown.slice(0, 4)).toEqual([
      ['0.9000', 'a &lt;red&gt; star 90.0 %'],
      ['0.0500', 'a star 5.0 %'],
      ['0.0300', 'a cat 3.0 %'],
      ['0.7000', 'a sky 25.0 % of the picture 70.0 %'],
    ]);
    expect(shown).toHaveLength(3 + 8);
    expect(section).toContain('and 2 smaller regions');
  });

  it('shows what was generated to be analyzed, and what was found on it, each in its own section', () => {
    const star = { name: 'star', prompt: 'a star' };
    const html = sheet([
      generationDemoResult('star', 'a star', { count: 1 }),
      analysisDemoResult(star, scored({ 'a star': 1 })),
      textDetectionDemoResult(star, []),
    ]);
    const [above, analysis, detection] = html.split(/<h3>(?:analysis|detection)<\/h3>/);
    const filesIn = (part: string) => [...part.matchAll(/<img src="([^"]*)"/g)].map(([, file]) => file);
    expect(filesIn(above!)).toContain('star.generation.image-0.png');
    expect(filesIn(analysis!)).toEqual(['star.analysis.image-0.png', 'star.analysis.overlay.jpg']);
    expect(filesIn(detection!)).toEqual(['star.detection.overlay.jpg']);
    expect(analysis).toContain('no regions found');
  });

  it('says so when a detection found nothing', () => {
    expect(sheet([detectionDemoResult('shapes-1.jpg', { circle: 0 })])).toContain('<p>nothing found</p>');
  });

  it('says what each model is, and that demo models know only shapes', () => {
    const detection = detectionDemoResult('a.jpg', { circle: 1 });
    const html = sheet([demoResult('a.jpg'), detection, demoResult('b.jpg')]);
    expect(html).toContain('know only simple drawn shapes');
    const about = 'shapes-seg <span class="faint">3f9c1a20</span>: Finds circles &amp; squares.';
    expect(html.split(about)).toHaveLength(2);
    expect(html).toContain('shapes-det <span class="faint">067cf755</span>: Finds boxes.');
    expect(sheet([{ ...detection, model: { ...DETECTOR, demo: false } }])).not.toContain(
      'simple drawn shapes',
    );
  });

  it('needs nothing from elsewhere', () => {
    const links = [...sheet([demoResult('a b.jpg')]).matchAll(/(?:src|href)="([^"]*)"/g)].map(
      ([, link]) => link!,
    );
    expect(links).toContain('a%20b.segmentation.overlay.jpg');
    expect(links.filter((link) => /[/:]/.test(link))).toEqual([]);
  });

  it('takes names and labels as text, never as markup', () => {
    const hostile = '"><script>alert(1)</script>';
    const classes = [{ id: 0, label: hostile, color: 'red;background:url(x)', pixels: 1, fraction: 1 }];
    const detection = detectionDemoResult('a.jpg', { [hostile]: 1 });
    const html = sheet([
      demoResult(`${hostile}.jpg`, { result: { kind: 'semantic', width: 1, height: 1, classes } }),
      { ...detection, model: { ...DETECTOR, id: hostile, description: hostile } },
      demoResult('b.jpg', {
        status: 'failed',
        error: { code: 'inference_failed', title: hostile, detail: hostile, retryable: false },
      }),
    ]);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('url(x)');
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});
