import type { Font } from 'fontkit';
import type { Color } from '../palettes/color.js';
import type { Box } from '../placement.js';
import type { Canvas } from './canvas.js';
import { GlyphAtlas } from './glyph-atlas.js';
import { openLabelFont } from './label-font.js';
import { layOutText, type TextLine } from './lay-out-text.js';
import { type OverlayStyle, withSmallerLabels } from './overlay-style.js';
import { placeLabels, type UnplacedLabel } from './place-labels.js';
import { readableTextColor } from './readable-text-color.js';

export interface Label {
  /** Outer edges of the line around the box that it names. */
  readonly around: Box;
  readonly text: string;
  readonly color: Color;
}

/** Labels that would cover more of the picture are drawn smaller. */
const LARGEST_SHARE_OF_PICTURE = 0.15;
/** Labels beyond this are left out where they cannot be smaller, as in small pictures: what they name is to be seen too. */
const MOST_OF_PICTURE = 1 / 3;

interface LabelLine extends Label {
  readonly line: TextLine;
}

/**
 * Draws texts at their boxes, each on a background of its colour. The first ones get the best places and lie on top;
 * where there is no room some are left out.
 */
export async function drawLabels(
  canvas: Canvas,
  labels: readonly Label[],
  usualStyle: OverlayStyle,
): Promise<void> {
  if (labels.length === 0) return;
  const font = await openLabelFont();
  const usual = layOutLabels(labels, font, usualStyle);
  const share = shareOf(usual, usualStyle, canvas);
  const isCrowded = share > LARGEST_SHARE_OF_PICTURE;
  const style = isCrowded
    ? withSmallerLabels(usualStyle, Math.sqrt(LARGEST_SHARE_OF_PICTURE / share), canvas.width)
    : usualStyle;
  if (style.labelHeight > canvas.height) return;
  const lines = isCrowded ? fewEnough(layOutLabels(labels, font, style), style, canvas) : usual;
  const letters = lines.flatMap(({ line }) => line.glyphs);
  const atlas = await GlyphAtlas.draw(letters, style.fontSize / font.unitsPerEm);
  const places = placeLabels(
    lines.map((line) => sizeOf(line, style)),
    canvas.width,
    canvas.height,
  );
  for (const [i, label] of [...lines.entries()].toReversed()) {
    const place = places[i];
    if (place) drawLabel(canvas, label, place, style, atlas);
  }
}

/** Of the picture that labels cover, as long as they don't lie on one another. */
function shareOf(lines: readonly LabelLine[], { labelHeight }: OverlayStyle, canvas: Canvas): number {
  const pixels = lines.reduce((sum, { line }) => sum + line.width * labelHeight, 0);
  return pixels / (canvas.width * canvas.height);
}

/** The first ones, and always one. */
function fewEnough(lines: readonly LabelLine[], style: OverlayStyle, canvas: Canvas): readonly LabelLine[] {
  let share = 0;
  const end = lines.findIndex((line, i) => {
    share += shareOf([line], style, canvas);
    return i > 0 && share > MOST_OF_PICTURE;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** Labels without letters are left out. */
function layOutLabels(labels: readonly Label[], font: Font, style: OverlayStyle): LabelLine[] {
  return labels
    .map((label) => ({ ...label, line: layOutText(font, label.text, style.fontSize, style.maxTextWidth) }))
    .filter(({ line }) => line.glyphs.length > 0);
}

function sizeOf({ around, line }: LabelLine, style: OverlayStyle): UnplacedLabel {
  return { around, width: Math.ceil(line.width) + 2 * style.labelPadding, height: style.labelHeight };
}

function drawLabel(
  canvas: Canvas,
  { color, line }: LabelLine,
  place: Box,
  style: OverlayStyle,
  atlas: GlyphAtlas,
): void {
  const [x0, y0] = place;
  canvas.fillBox(place, color);
  const textColor = readableTextColor(color);
  for (const placed of line.glyphs) {
    const letter = atlas.find(placed);
    if (letter === null) continue;
    const x = x0 + style.labelPadding + letter.x;
    canvas.blendCoverage(letter.coverage, x, y0 + style.baseline + letter.y, textColor);
  }
}
