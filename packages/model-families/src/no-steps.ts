import type { PipelineSteps } from './family.js';

/** For runs that are no job's, such as warming up: nobody follows them. */
export const NO_STEPS: PipelineSteps = { step() {}, preview() {} };
