/** Sizes that encoder and decoder of segment-anything share. */
export const INPUT_SIDE = 1024;
export const EMBEDDING_SIDE = 64;
export const EMBEDDING_CHANNELS = 256;
/** Of the masks that the decoder gives. */
export const CELLS_SIDE = 256;
