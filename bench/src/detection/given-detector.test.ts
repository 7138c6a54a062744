import type { DetectionResult } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { photoOfOneMegapixel } from '../bench-photo.js';
import { type CandidateScene, candidateTensor, prototypeTensor } from './candidate-tensor.js';
import { afterInference } from './given-detector.js';

const SIDE = 64;
const scene: CandidateScene = {
  count: 252,
  candidates: 'first',
  objectness: false,
  classes: 5,
  coefficients: 0,
  things: 4,
  perThing: 10,
  side: SIDE,
};

async function detectionsIn(changes: Partial<CandidateScene>, score_threshold = 0.25) {
  const whole = { ...scene, ...changes };
  const masks = whole.coefficients > 0;
  const given = {
    outputs: {
      output0: candidateTensor(whole),
      ...(masks && { prototypes: prototypeTensor(whole.coefficients, SIDE / 4) }),
    },
    classes: whole.classes,
    side: SIDE,
    familyOptions: { layout: 'decoded', objectness: whole.objectness, masks },
  };
  const photo = await photoOfOneMegapixel(null);
  const options = { score_threshold, mask_format: masks ? 'rle' : 'none' } as const;
  const runOnce = await afterInference(given, photo, options);
  return ((await runOnce()).result as DetectionResult).detections;
}

describe('a made-up scene', () => {
  it('has a few detections for each thing, whichever way its candidates lie', async () => {
    const first = await detectionsIn({});
    expect(first.length).toBeGreaterThanOrEqual(3);
    expect(first.length).toBeLessThan(4 * 10);
    expect(await detectionsIn({ candidates: 'last' })).toEqual(first);
  });

  it('has many where every candidate counts', async () => {
    const all = await detectionsIn({ objectness: true }, 0.001);
    expect(all.length).toBeGreaterThan((await detectionsIn({ objectness: true })).length);
  });

  it('has masks', async () => {
    const detections = await detectionsIn({ coefficients: 8 });
    expect(detections.some(({ area }) => area > 100)).toBe(true);
    for (const { rle } of detections) expect(rle).toBeDefined();
  });
});
