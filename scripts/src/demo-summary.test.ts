import { describe, expect, it } from 'vitest';
import { demoSummary } from './demo-summary.js';
import {
  analysisDemoResult,
  demoResult,
  detectionDemoResult,
  generationDemoResult,
  promptsDemoResult,
  scored,
} from './testing/demo-result.js';

describe('the summary of the demo', () => {
  it('says on a line for each task what its model made of how many pictures or texts', () => {
    const results = [
      demoResult('a.jpg'),
      detectionDemoResult('a.jpg', { circle: 1, square: 0, star: 2 }),
      demoResult('b.jpg', { status: 'failed', result: null }),
      detectionDemoResult('b.jpg', { circle: 4, square: 0 }),
      generationDemoResult('star', 'a star', { count: 2 }),
      generationDemoResult('boat', 'a boat', { count: 2, withheld: [0] }),
      promptsDemoResult('b.jpg', [{ points: [{ x: 1, y: 2 }] }, { box: [1, 2, 3, 4] }]),
    ];
    expect(demoSummary(results)).toEqual([
      '  segmentation  shapes-seg  1 of 2 pictures  background in 1, circle in 1',
      '  detection     shapes-det  2 of 2 pictures  circle × 5, star × 2',
      '  generation    shapes-sd   2 of 2 texts     picture × 3',
      '  prompts       shapes-sam  1 of 1 pictures  mask × 2',
    ]);
  });

  it('tells analyses of pictures from those of texts, and names what most of them are like', () => {
    const [star, boat] = [scored({ 'a star': 0.9, 'a boat': 0.1 }), scored({ 'a boat': 1 })];
    const results = [
      analysisDemoResult({ fileName: 'a.jpg' }, star),
      analysisDemoResult({ fileName: 'b.jpg' }, star),
      analysisDemoResult({ fileName: 'c.jpg' }, boat),
      analysisDemoResult({ name: 'boat', prompt: 'a boat' }, boat),
    ];
    expect(demoSummary(results)).toEqual([
      '  analysis  shapes-clip  3 of 3 pictures  a star in 2, a boat in 1',
      '  analysis  shapes-clip  1 of 1 texts     a boat in 1',
    ]);
  });

  it('says so when nothing was found', () => {
    const [line] = demoSummary([detectionDemoResult('a.jpg', { circle: 0 })]);
    expect(line).toMatch(/1 of 1 pictures {2}nothing found$/);
  });

  it('names the most frequent labels, and counts the others', () => {
    const counts = Object.fromEntries(Array.from({ length: 80 }, (_, id) => [`label ${id}`, id + 1]));
    const [line] = demoSummary([detectionDemoResult('a.jpg', counts)]);
    expect(line).toMatch(/label 79 × 80, .*, label 72 × 73, 72 labels more$/);
  });
});
