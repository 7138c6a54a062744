/** A class id for each pixel, row by row. */
export type ClassIds = Uint8Array | Uint16Array;
