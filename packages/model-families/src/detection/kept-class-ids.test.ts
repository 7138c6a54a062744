import { describe, expect, it } from 'vitest';
import { keptClassIds } from './kept-class-ids.js';

const labels = ['person', 'bicycle', 'car', 'person'].map((label, id) => ({ id, label, color: '#000000' }));

describe('the classes to keep', () => {
  it('are all where none are named', () => {
    expect(keptClassIds(undefined, labels)).toBeNull();
  });

  it('are named by label or id, and a label may stand for several', () => {
    expect(keptClassIds(['person', 1], labels)).toEqual(new Set([0, 3, 1]));
  });

  it('may be any ids where nobody knows how many there are', () => {
    expect(keptClassIds([999], [])).toEqual(new Set([999]));
  });

  it.each<[string | number, string]>([
    [
      'bicycles',
      '#/classes: expected labels or class ids of the model, got "bicycles"; did you mean bicycle?',
    ],
    [
      'whale',
      '#/classes: expected labels or class ids of the model, got "whale"; GET /v1/models lists its labels',
    ],
    [4, '#/classes: expected a class id from 0 to 3, got 4'],
  ])('are refused where the model doesn’t know one: %s', (wanted, message) => {
    expect(() => keptClassIds([wanted], labels)).toThrow(message);
  });
});
