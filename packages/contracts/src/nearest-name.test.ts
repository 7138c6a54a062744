import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

const names = ['labels', 'license', 'family', 'files', 'preparation'];

it.each([
  ['lables', 'labels'],
  ['label', 'labels'],
  ['licence', 'license'],
  ['Family', 'family'],
  ['preperation', 'preparation'],
])('takes %s for %s', (word, meant) => {
  expect(nearestName(word, names)).toBe(meant);
});

it('takes nothing for a word that is like none', () => {
  expect(nearestName('weights', names)).toBeNull();
  expect(nearestName('x', [])).toBeNull();
});
