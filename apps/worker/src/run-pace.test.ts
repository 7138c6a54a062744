import { describe, expect, it } from 'vitest';
import { RunPace } from './run-pace.js';

const NO_STEP = { step: null, steps: null };

describe('what is left of a run before it looks whether anybody wants it', () => {
  it('is the rest of the usual time where it makes no steps', () => {
    const pace = new RunPace();
    pace.follow(NO_STEP, 1_000);
    expect(pace.untilNextCheckMs(1_300, 5_000)).toBe(4_700);
  });

  it('is as much again as it is past the usual time, or has taken where none is known', () => {
    const pace = new RunPace();
    pace.follow(NO_STEP, 1_000);
    expect(pace.untilNextCheckMs(8_000, 5_000)).toBe(2_000);
    expect(pace.untilNextCheckMs(1_400, 0)).toBe(400);
  });

  it('is the rest of the first step, which takes its part of the usual time', () => {
    const pace = new RunPace();
    pace.follow(NO_STEP, 900);
    pace.follow({ step: 0, steps: 50 }, 1_000);
    expect(pace.untilNextCheckMs(1_020, 5_000)).toBe(80);
  });

  it('is the rest of the present step, which takes as long as those before it', () => {
    const pace = new RunPace();
    pace.follow({ step: 0, steps: 50 }, 1_000);
    pace.follow({ step: 1, steps: 50 }, 1_150);
    pace.follow({ step: 2, steps: 50 }, 1_250);
    pace.follow({ step: 3, steps: 50 }, 1_450);
    expect(pace.untilNextCheckMs(1_500, 100_000)).toBe(100);
  });

  it('counts from telling to telling where several steps are told of at once', () => {
    const pace = new RunPace();
    pace.follow({ step: 0, steps: 1024 }, 1_000);
    pace.follow({ step: 64, steps: 1024 }, 3_000);
    expect(pace.untilNextCheckMs(3_500, 0)).toBe(1_500);
  });
});
