import { fileURLToPath } from 'node:url';

/** The folder of the checkout; scripts run from `scripts/dist` as well as from `scripts/src`. */
export const REPOSITORY_ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
