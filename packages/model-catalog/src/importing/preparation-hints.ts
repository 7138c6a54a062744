import type { Preparation } from '@darkroom/contracts';

/** Fields of a preparation that somebody names, before all of them are there. */
export type PreparationHints = Partial<Preparation>;
