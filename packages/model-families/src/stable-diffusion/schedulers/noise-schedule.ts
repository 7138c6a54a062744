import { type Static, Type } from 'typebox';
import { SchedulerConfigError } from './scheduler-config.js';

/** More than any model was trained with. */
const MAX_TRAIN_TIMESTEPS = 10_000;

/** How noise was added in training; of every scheduler's configuration. */
export const noiseScheduleFields = {
  num_train_timesteps: Type.Integer({ minimum: 1, maximum: MAX_TRAIN_TIMESTEPS, default: 1000 }),
  beta_start: Type.Number({ minimum: 0, maximum: 1, default: 0.0001 }),
  beta_end: Type.Number({ minimum: 0, maximum: 1, default: 0.02 }),
  beta_schedule: Type.Enum(['linear', 'scaled_linear', 'squaredcos_cap_v2'], { default: 'linear' }),
  trained_betas: Type.Optional(
    Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
      maxItems: MAX_TRAIN_TIMESTEPS,
      description: 'A beta for each timestep of training.',
    }),
  ),
};

const NoiseScheduleSchema = Type.Object(noiseScheduleFields);
type NoiseSchedule = Static<typeof NoiseScheduleSchema>;

/** What stands in for 0 where it would be divided by: the smallest half-precision number. */
const NEARLY_ZERO = 2 ** -24;

export interface ZeroSignal {
  /** Whether the last timestep is made all noise. */
  readonly isRescaled: boolean;
  /** Whether a little is left of the picture nevertheless, since the scheduler divides by it. */
  readonly isNearly?: boolean;
}

/**
 * How much of a picture's variance is left at each timestep of training, the rest being noise: `alphas_cumprod` of
 * diffusers, in single precision as it has them.
 * @throws SchedulerConfigError when betas are given for another number of timesteps
 */
export function alphasCumprod(
  schedule: NoiseSchedule,
  zero: ZeroSignal = { isRescaled: false },
): Float32Array {
  const betas = betasOf(schedule);
  const products = productsOf(zero.isRescaled ? rescaleToZeroSignal(betas) : betas);
  if (zero.isRescaled && zero.isNearly) products[products.length - 1] = NEARLY_ZERO;
  return products;
}

function betasOf(schedule: NoiseSchedule): Float32Array {
  const { num_train_timesteps: timesteps, beta_start, beta_end, trained_betas } = schedule;
  if (trained_betas) {
    if (trained_betas.length === timesteps) return Float32Array.from(trained_betas);
    const detail = `expected ${timesteps} numbers, one for each of num_train_timesteps, got ${trained_betas.length}`;
    throw new SchedulerConfigError([{ pointer: '#/trained_betas', detail }]);
  }
  switch (schedule.beta_schedule) {
    case 'linear':
      return evenly(beta_start, beta_end, timesteps);
    case 'scaled_linear':
      return evenly(Math.sqrt(beta_start), Math.sqrt(beta_end), timesteps).map((root) => root * root);
    default:
      return cosineBetas(timesteps);
  }
}

/** `torch.linspace` in single precision: from both ends towards the middle. */
function evenly(start: number, end: number, count: number): Float32Array {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = count > 1 ? Math.fround(Math.fround(last - first) / (count - 1)) : 0;
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? first + step * i : last - step * (count - 1 - i),
  );
}

const MAX_BETA = 0.999;

/** The cosine schedule of Nichol and Dhariwal (2021). */
function cosineBetas(count: number): Float32Array {
  const signal = (time: number) => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({ length: count }, (_, i) =>
    Math.min(1 - signal((i + 1) / count) / signal(i / count), MAX_BETA),
  );
}

function productsOf(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product *= Math.fround(1 - beta);
    return product;
  });
}

/** Betas after which nothing of the picture is left: algorithm 1 of Lin and others (2023). */
function rescaleToZeroSignal(betas: Float32Array): Float32Array {
  const roots = productsOf(betas).map(Math.sqrt);
  const first = roots[0]!;
  const last = roots[roots.length - 1]!;
  const scale = Math.fround(first / Math.fround(first - last));
  const products = roots.map((root) => Math.fround(Math.fround(root - last) * scale) ** 2);
  return products.map((product, i) => 1 - Math.fround(i === 0 ? product : product / products[i - 1]!));
}
