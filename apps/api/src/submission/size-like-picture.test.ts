import type { ModelSummary } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { sizeLikePicture } from './size-like-picture.js';

const side = { minimum: 64, maximum: 1024, multipleOf: 8 };
const model = { options: { properties: { width: side, height: side } } } as unknown as ModelSummary;
const USUAL = { width: 512, height: 512 };

describe('the size of a picture like another', () => {
  it.each([
    [
      { width: 300, height: 300 },
      { width: 512, height: 512 },
    ],
    [
      { width: 4000, height: 3000 },
      { width: 592, height: 440 },
    ],
    [
      { width: 600, height: 1200 },
      { width: 360, height: 728 },
    ],
    [
      { width: 1, height: 20_000 },
      { width: 64, height: 1024 },
    ],
  ])('has the proportions of %o as far as the model makes them', (picture, expected) => {
    expect(sizeLikePicture(picture, USUAL, model)).toEqual(expected);
  });
});
