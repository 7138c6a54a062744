/** Sizes of what is drawn, in whole pixels. */
export interface OverlayStyle {
  readonly lineWidth: number;
  readonly fontSize: number;
  /** Between a label's text and its left and right edge. */
  readonly labelPadding: number;
  readonly labelHeight: number;
  /** From a label's upper edge to the line its letters stand on. */
  readonly baseline: number;
  /** A longer label is cut. */
  readonly maxTextWidth: number;
}

/** Letters smaller than this are hard to read. */
const SMALLEST_FONT_SIZE = 11;
/** Of the picture's sides on average: what looks alike in pictures of all sizes, shown at one size. */
const FONT_SIZE_SHARE = 0.018;
const LINE_WIDTH_SHARE = 0.003;
/** A label's text is at most so many times as long as its letters are high. */
const LONGEST_TEXT = 20;

/** Sizes that suit a picture. */
export function overlayStyle(pictureWidth: number, pictureHeight: number): OverlayStyle {
  const side = (pictureWidth + pictureHeight) / 2;
  const lineWidth = Math.max(1, Math.round(side * LINE_WIDTH_SHARE));
  return styleOf(lineWidth, Math.max(SMALLEST_FONT_SIZE, Math.round(side * FONT_SIZE_SHARE)), pictureWidth);
}

/** The same with smaller letters: by `scale`, as far as they stay readable. */
export function withSmallerLabels(style: OverlayStyle, scale: number, pictureWidth: number): OverlayStyle {
  const fontSize = Math.max(SMALLEST_FONT_SIZE, Math.floor(style.fontSize * scale));
  return styleOf(style.lineWidth, Math.min(fontSize, style.fontSize), pictureWidth);
}

function styleOf(lineWidth: number, fontSize: number, pictureWidth: number): OverlayStyle {
  const labelPadding = Math.round(fontSize * 0.35);
  const labelHeight = Math.round(fontSize * 1.4);
  return {
    lineWidth,
    fontSize,
    labelPadding,
    labelHeight,
    // Capitals, 0.73 of the font size high, stand in the middle.
    baseline: Math.round((labelHeight + fontSize * 0.73) / 2),
    maxTextWidth: Math.min(pictureWidth - 2 * labelPadding, fontSize * LONGEST_TEXT),
  };
}
