/**
 * A mask as COCO's compressed run-length code: runs of 0 and 1 in turn, beginning with 0, column by column over the
 * whole picture.
 *
 * In `counts` the first three runs are the lengths themselves, each further one the difference to the length of the
 * run two before. A number is written in groups of five bits, the lowest first, as two's complement; bit 32 of a
 * group says that another follows. Each group is a character: 48 + group, so `0` to `o`.
 * Source: `rleToString` and `rleFrString` of `common/maskApi.c` in the COCO API.
 */
export interface Rle {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
}

export const FIRST_CHARACTER = 48;
export const GROUP_BITS = 5;
export const SIGN_BIT = 0x10;
export const MORE_FOLLOW_BIT = 0x20;

/** The most characters that a number of 32 bits and its sign take. */
export const MAX_CHARACTERS_PER_RUN = 7;

/** The first run whose number is a difference. */
export const FIRST_DIFFERENCE = 3;
