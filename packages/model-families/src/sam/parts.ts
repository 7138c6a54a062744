/** The parts in a manifest's `files`. */
export const ENCODER = 'encoder';
export const DECODER = 'decoder';
