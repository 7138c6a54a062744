import { describe, expect, it } from 'vitest';
import { boxToPicture, pictureRegionOnGrid, pointToModel, pointToPicture } from './placed-coordinates.js';
import { placePicture } from './placement.js';

const letterboxed = placePicture({
  mode: 'letterbox',
  pictureWidth: 1280,
  pictureHeight: 720,
  inputWidth: 640,
  inputHeight: 640,
});

describe('coordinates on a placed picture', () => {
  it('take boxes back to the picture', () => {
    expect(boxToPicture([0, 140, 640, 500], letterboxed)).toEqual([0, 0, 1280, 720]);
    expect(boxToPicture([10, 150, 20, 170], letterboxed)).toEqual([20, 20, 40, 60]);
  });

  it('clip boxes to the picture, padding leaves nothing of them', () => {
    expect(boxToPicture([-5, 100, 700, 200], letterboxed)).toEqual([0, 0, 1280, 120]);
    expect(boxToPicture([10, 10, 20, 20], letterboxed)).toEqual([20, 0, 40, 0]);
  });

  it('take points to the model and back', () => {
    expect(pointToModel([640, 360], letterboxed)).toEqual([320, 320]);
    expect(pointToPicture(pointToModel([123.25, 456.5], letterboxed), letterboxed)).toEqual([123.25, 456.5]);
  });

  it('scale each axis by its own whole number of pixels', () => {
    const rounded = placePicture({
      mode: 'letterbox',
      pictureWidth: 1000,
      pictureHeight: 667,
      inputWidth: 416,
      inputHeight: 416,
      letterboxAnchor: 'top-left',
    });
    expect(rounded.resizedHeight).toBe(277);
    expect(boxToPicture([0, 0, 416, 277], rounded)).toEqual([0, 0, 1000, 667]);
  });

  it('find the picture on an output grid, padding left out', () => {
    expect(pictureRegionOnGrid(letterboxed, 80, 80)).toEqual({ x: 0, y: 17.5, width: 80, height: 45 });
  });
});
