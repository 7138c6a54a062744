import { createRequire } from 'node:module';
import type { Font } from 'fontkit';

/** Comes with the program: containers have no fonts, and labels look the same everywhere. */
const FONT_FILE = 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf';

let opened: Promise<Font> | undefined;

/** The font of labels, read when the first is drawn: most processes that import this package draw none. */
export function openLabelFont(): Promise<Font> {
  opened ??= readFont();
  return opened;
}

async function readFont(): Promise<Font> {
  const { open } = await import('fontkit');
  return (await open(createRequire(import.meta.url).resolve(FONT_FILE))) as Font;
}
