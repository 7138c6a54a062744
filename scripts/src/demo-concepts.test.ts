import { join } from 'node:path';
import { CONCEPTS_MAX } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { readDemoConcepts } from './demo-concepts.js';
import { readDemoTexts } from './demo-texts.js';
import { REPOSITORY_ROOT } from './repository-root.js';

const examples = (name: string) => join(REPOSITORY_ROOT, 'examples', name);

describe('the concepts of the demo', () => {
  it('have all that the texts ask for, each once', () => {
    const concepts = readDemoConcepts(examples('concepts.json'));
    expect(new Set(concepts).size).toBe(concepts.length);
    expect(concepts.length).toBeLessThanOrEqual(CONCEPTS_MAX);
    for (const { prompt } of readDemoTexts(examples('texts.json'))) {
      const [first] = /^an? \w+ \w+/.exec(prompt) ?? [];
      expect(concepts).toContain(first);
    }
  });
});
