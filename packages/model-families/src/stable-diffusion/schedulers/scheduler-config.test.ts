import { DarkroomError, SCHEDULERS } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { parseSchedulerConfig, type SchedulerConfig, SchedulerConfigError } from './scheduler-config.js';
import { configureScheduler } from './schedulers.js';

const SD_1_4 = {
  _class_name: 'PNDMScheduler',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  num_train_timesteps: 1000,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  trained_betas: null,
};
const DPM_SOLVER = { ...SD_1_4, _class_name: 'DPMSolverMultistepScheduler' };
const DDIM = { ...SD_1_4, _class_name: 'DDIMScheduler' };

function problemsOf(config: SchedulerConfig): readonly string[] {
  try {
    configureScheduler(config);
    return [];
  } catch (error) {
    if (!(error instanceof SchedulerConfigError)) throw error;
    return error.problems.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

describe('a scheduler_config.json', () => {
  it('may have infinite numbers, as Python writes them', () => {
    const text =
      '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "a": "-Infinity"}';
    expect(parseSchedulerConfig(text)).toMatchObject({ lambda_min_clipped: null, a: '-Infinity' });
    expect(configureScheduler(parseSchedulerConfig(text)).mostSteps).toBe(999);
  });

  it('is refused when it is no object, or too long', () => {
    for (const text of ['', '[]', 'null', '7', '{"a":', `{"a": "${'x'.repeat(1_000_000)}"}`]) {
      expect(() => parseSchedulerConfig(text)).toThrow(SchedulerConfigError);
    }
  });
});

describe('a configuration', () => {
  it('of a scheduler that there is not is refused, with the nearest there is', () => {
    expect(problemsOf({ _class_name: 'UniPCMultistepScheduler' })[0]).toMatch(
      /^#\/_class_name expected one of DDIMScheduler, .*, got "UniPCMultistepScheduler"/,
    );
    expect(problemsOf({ _class_name: 'EulerDiscreteSheduler' })[0]).toContain(
      'did you mean EulerDiscreteScheduler?',
    );
    expect(problemsOf({})[0]).toContain('got nothing');
    expect(problemsOf({ _class_name: 'toString' })[0]).toContain('got "toString"');
  });

  it.each([
    ['#/thresholding expected false, got true', { ...DDIM, thresholding: true }],
    ['#/algorithm_type expected one of "dpmsolver++"', { ...DPM_SOLVER, algorithm_type: 'sde-dpmsolver++' }],
    ['#/solver_order expected a whole number from 1 to 2, got 3', { ...DPM_SOLVER, solver_order: 3 }],
    ['#/variance_type expected', { ...DPM_SOLVER, variance_type: 'learned' }],
    ['#/use_flow_sigmas expected false, got true', { ...DPM_SOLVER, use_flow_sigmas: true }],
    ['#/prediction_type expected one of "epsilon", "v_prediction"', { ...SD_1_4, prediction_type: 'sample' }],
    ['#/beta_schedule expected one of', { ...SD_1_4, beta_schedule: 'sigmoid' }],
    ['#/timestep_spacing expected one of', { ...DDIM, timestep_spacing: 'even' }],
    ['#/num_train_timesteps expected a whole number', { ...DDIM, num_train_timesteps: 1e9 }],
    ['#/trained_betas expected 1000 numbers', { ...DDIM, trained_betas: [0.1, 0.2] }],
    ['#/rescale_betas_zero_snr expected false with', { ...DDIM, rescale_betas_zero_snr: true }],
  ])('is refused: %s', (problem, config) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('says all that is wrong with it', () => {
    expect(problemsOf({ ...DDIM, beta_start: -1, steps_offset: 0.5, clip_sample: 'no' })).toHaveLength(3);
  });

  it('serves every scheduler that can be chosen', () => {
    for (const name of SCHEDULERS) {
      const scheduler = configureScheduler(SD_1_4, { name }).start({ steps: 10, latentsLength: 4 });
      expect(scheduler.timesteps.length, name).toBeGreaterThanOrEqual(10);
    }
  });

  it('gives another scheduler what it says, and not what diffusers filled in', () => {
    const config = { ...DDIM, timestep_spacing: 'leading', _use_default_values: ['timestep_spacing'] };
    const run = { steps: 2, latentsLength: 4 };
    expect(configureScheduler(config, { name: 'euler' }).start(run).timesteps).toEqual([999, 0]);
    const said = { ...DDIM, timestep_spacing: 'leading' };
    expect(configureScheduler(said, { name: 'euler' }).start(run).timesteps).toEqual([501, 1]);
  });
});

describe('a run', () => {
  const refused = (
    config: SchedulerConfig,
    run: { steps: number; strength?: number; keepsSteps?: boolean },
  ) => {
    try {
      configureScheduler(config).start({ ...run, latentsLength: 4 });
    } catch (error) {
      if (error instanceof DarkroomError && error.code === 'option_not_supported') return error.message;
      throw error;
    }
    return 'taken';
  };

  it('has as many steps as there are timesteps at most', () => {
    for (const steps of [0, -1, 1.5, 1001, 10_000, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refused(DDIM, { steps })).toBe(
        `Expected 1 to 1000 steps, as many as the scheduler has, got ${steps}.`,
      );
    }
    expect(refused({ ...DDIM, steps_offset: 0 }, { steps: 1000 })).toBe('taken');
    expect(refused(DDIM, { steps: 1000 })).toContain('with steps_offset 1 they begin at timestep 1000');
    expect(refused(DPM_SOLVER, { steps: 999 })).toBe('taken');
    expect(refused(DPM_SOLVER, { steps: 1000 })).toContain('Expected 1 to 999 steps');
    const cut = { ...DPM_SOLVER, lambda_min_clipped: 0 };
    expect(refused(cut, { steps: 900 })).toMatch(/^Expected fewer than \d+ steps, got 900/);
  });

  it('of a consistency model has as many as it was distilled with at most, or what strength leaves of them', () => {
    const lcm = { ...SD_1_4, _class_name: 'LCMScheduler' };
    expect(refused(lcm, { steps: 50 })).toBe('taken');
    expect(refused(lcm, { steps: 51 })).toContain('Expected 1 to 50 steps');
    expect(refused(lcm, { steps: 26, strength: 0.5, keepsSteps: true })).toBe(
      'Expected at most 25 steps, got 26: the model was distilled with 50, of which strength 0.5 leaves 25.',
    );
  });

  it('of image to image has one step at least', () => {
    expect(refused(DDIM, { steps: 20, strength: 0.05 })).toBe('taken');
    expect(refused(DDIM, { steps: 20, strength: 0.04 })).toContain('Use 0.05 or more, or more steps.');
    expect(refused(DDIM, { steps: 20, strength: 0 })).toContain('leaves one of 20 steps at least, got 0');
  });

  it('that begins with Runge-Kutta steps has enough of them, and all', () => {
    const pndm = { ...SD_1_4, skip_prk_steps: false };
    expect(refused(pndm, { steps: 4 })).toBe('taken');
    expect(refused(pndm, { steps: 3 })).toContain('Expected at least 4 steps, got 3');
    expect(refused(pndm, { steps: 20, strength: 0.5 })).toContain('Expected strength 1');
  });

  it('leaves nothing behind for the next', () => {
    const configured = configureScheduler(SD_1_4);
    const results = [1, 2].map(() => {
      const scheduler = configured.start({ steps: 5, latentsLength: 4 });
      const latents = Float32Array.of(1, -1, 0.5, 2);
      for (const [i, timestep] of scheduler.timesteps.entries()) {
        scheduler.step(
          latents.map((x) => x * 0.5 + timestep / 1e4),
          i,
          latents,
        );
      }
      return latents;
    });
    expect(results[1]).toEqual(results[0]);
  });
});
