import { Type } from 'typebox';
import { SchedulerConfigError } from './scheduler-config.js';

/** What a network was trained to give: the noise, the picture, or the "velocity" between the two. */
export type PredictionType = 'epsilon' | 'sample' | 'v_prediction';

export const PredictionTypeSchema = Type.Enum(['epsilon', 'v_prediction', 'sample'], { default: 'epsilon' });

/** For schedulers that diffusers has no formula of the picture for. */
export const NoisePredictionTypeSchema = Type.Enum(['epsilon', 'v_prediction'], { default: 'epsilon' });

/** A weighted sum of latents and of what the network gave for them. */
export interface WeightedSum {
  readonly ofLatents: number;
  readonly ofOutput: number;
}

/**
 * The picture that the network sees in latents that are `alpha` of a picture and `sigma` of noise.
 */
export function predictedOriginal(type: PredictionType, alpha: number, sigma: number): WeightedSum {
  switch (type) {
    case 'epsilon':
      return { ofLatents: 1 / alpha, ofOutput: -sigma / alpha };
    case 'v_prediction':
      return { ofLatents: alpha, ofOutput: -sigma };
    default:
      return { ofLatents: 0, ofOutput: 1 };
  }
}

/** The noise that the network sees in latents that are `alpha` of a picture and `sigma` of noise. */
export function predictedNoise(type: PredictionType, alpha: number, sigma: number): WeightedSum {
  switch (type) {
    case 'epsilon':
      return { ofLatents: 0, ofOutput: 1 };
    case 'v_prediction':
      return { ofLatents: sigma, ofOutput: alpha };
    default:
      return { ofLatents: 1 / sigma, ofOutput: -alpha / sigma };
  }
}

/**
 * @throws SchedulerConfigError when the picture is to be told from the noise in latents that have nothing of it
 */
export function requireSignal(config: {
  readonly prediction_type: PredictionType;
  readonly rescale_betas_zero_snr: boolean;
}): void {
  if (config.prediction_type !== 'epsilon' || !config.rescale_betas_zero_snr) return;
  const detail = 'expected false with prediction_type "epsilon", got true; it would divide by 0';
  throw new SchedulerConfigError([{ pointer: '#/rescale_betas_zero_snr', detail }]);
}
