import { describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.js';
import type { DemoResult } from './demo-jobs.js';
import {
  DETECTOR,
  demoResult,
  detectionDemoResult,
  generationDemoResult,
  promptsDemoResult,
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
