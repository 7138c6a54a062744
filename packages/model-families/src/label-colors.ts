import type { Label } from '@darkroom/contracts';
import { type Color, distinctColor, formatColor, paletteColor } from '@darkroom/imaging';
import type { CompleteManifest } from '@darkroom/model-catalog';

const BACKGROUND_LABEL = /^_*(background|bg|void|unlabell?ed|nothing|none)_*$/i;
const BLACK: Color = [0, 0, 0];

/** Whether a class of this name is what is left when everything that was looked for is taken away. */
export function isBackgroundLabel(label: string): boolean {
  return BACKGROUND_LABEL.test(label.trim());
}

/**
 * The manifest's labels by class id, each with its own colour or that of the palette. The palette `distinct` has a
 * colour for any number of classes and leaves the background black.
 * @param classes how many there are, where it is known: classes without a label are called `class 0`, `class 1` …
 */
export function labelColors(manifest: CompleteManifest, classes = manifest.labels?.length ?? 0): Label[] {
  return Array.from({ length: classes }, (_, id) => {
    const given = manifest.labels?.[id] ?? `class ${id}`;
    if (typeof given !== 'string') return { id, ...given };
    return { id, label: given, color: formatColor(colorOf(manifest.palette, given, id)) };
  });
}

function colorOf(palette: CompleteManifest['palette'], label: string, id: number): Color {
  if (palette !== 'distinct') return paletteColor(palette, id);
  return isBackgroundLabel(label) ? BLACK : distinctColor(id);
}
