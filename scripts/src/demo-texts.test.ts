import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDemoTexts } from './demo-texts.js';
import { REPOSITORY_ROOT } from './repository-root.js';

describe('the texts of the demo', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-texts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('say of shapes what a picture is to show, each by a name that a file can have', () => {
    const texts = readDemoTexts(join(REPOSITORY_ROOT, 'examples', 'texts.json'));
    expect(texts.length).toBeGreaterThan(1);
    for (const { name, prompt } of texts) {
      expect(name).toMatch(/^[a-z-]+$/);
      expect(prompt).toMatch(/(circle|square|triangle|star).* background$/);
    }
  });

  it('must be there', () => {
    const path = join(folder, 'texts.json');
    writeFileSync(path, '{}');
    expect(() => readDemoTexts(path)).toThrow(`there are no texts in ${path}`);
  });
});
