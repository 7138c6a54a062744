import { fileURLToPath } from 'node:url';

/** What relative folders of models are relative to. */
export const REPOSITORY_ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
