import { Type } from 'typebox';
import { LOG_LEVELS } from './logger.js';

/** Settings that api and worker both have, and that must mean the same in both. */
export const sharedSettings = {
  REDIS_URL: Type.String({
    pattern: '^rediss?://.+',
    examples: ['redis://127.0.0.1:6379'],
    default: 'redis://127.0.0.1:6379',
    description: 'The Redis that holds jobs, queues and pictures.',
  }),
  LOG_LEVEL: Type.Enum([...LOG_LEVELS], { default: 'info' }),
  MAX_IMAGE_PIXELS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000_000,
    default: 64_000_000,
    description: 'Width times height of one picture.',
  }),
};
