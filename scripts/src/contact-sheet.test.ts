import { describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.js';
import { demoResult, SHAPES_MODEL } from './testing/demo-result.js';

const sheet = (...results: Parameters<typeof contactSheet>[0]) =>
  contactSheet(results, SHAPES_MODEL, new Date('2026-01-02T03:04:05Z'));

describe('the contact sheet', () => {
  it('shows each picture beside its results, with its classes and their shares', () => {
    const html = sheet(demoResult('shapes-1.jpg'));
    expect(html).toContain('<img src="shapes-1.input.jpg"');
    expect(html).toContain('<img src="shapes-1.overlay.jpg"');
    expect(html).toContain('style="background:#000000"></span>background <span class="share">97.7 %</span>');
    expect(html).toContain('circle <span class="share">&lt; 0.1 %</span>');
    expect(html).toContain(
      '1 of 1 pictures segmented · model shapes-seg 3f9c1a20 · on cpu · 2026-01-02 03:04 UTC',
    );
  });

  it('says that the demo model knows only shapes', () => {
    expect(sheet()).toContain('knows only simple drawn shapes');
    expect(sheet()).toContain('Finds circles &amp; squares.');
  });

  it('needs nothing from elsewhere', () => {
    const links = [...sheet(demoResult('a b.jpg')).matchAll(/(?:src|href)="([^"]*)"/g)].map(
      ([, link]) => link!,
    );
    expect(links).toContain('a%20b.overlay.jpg');
    expect(links.filter((link) => /[/:]/.test(link))).toEqual([]);
  });

  it('takes names and labels as text, never as markup', () => {
    const hostile = '"><script>alert(1)</script>';
    const classes = [{ id: 0, label: hostile, color: 'red;background:url(x)', pixels: 1, fraction: 1 }];
    const html = sheet(
      demoResult(`${hostile}.jpg`, { result: { kind: 'semantic', width: 1, height: 1, classes } }),
      demoResult('b.jpg', {
        status: 'failed',
        error: { code: 'inference_failed', title: hostile, detail: hostile, retryable: false },
      }),
    );
    expect(html).not.toContain('<script');
    expect(html).not.toContain('url(x)');
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});
