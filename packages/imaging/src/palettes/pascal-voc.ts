import type { Color } from './color.js';

/**
 * Pascal VOC's colour map for 256 ids, as VOCdevkit's `VOClabelcolormap` makes it: the id's bits are dealt to
 * red, green and blue in turn, the lowest three to the highest bit of each. 0 is black, 255 marks the borders
 * that are not evaluated.
 */
export const PASCAL_VOC_COLORS: readonly Color[] = Array.from({ length: 256 }, (_, classId) =>
  dealBits(classId),
);

function dealBits(classId: number): Color {
  const channels: [number, number, number] = [0, 0, 0];
  for (let rest = classId, bit = 7; rest > 0; rest >>= 3, bit--) {
    for (let channel = 0; channel < 3; channel++) channels[channel]! |= ((rest >> channel) & 1) << bit;
  }
  return channels;
}
