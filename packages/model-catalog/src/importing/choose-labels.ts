import type { ModelManifest } from '@darkroom/contracts';
import { ImportError } from './import-error.js';
import { KNOWN_LABELS } from './known-labels.js';

/** Labels, and where they are from, in words: `the graph’s metadata`. */
export interface LabelSource {
  readonly from: string;
  readonly labels: readonly string[];
}

export interface ChosenLabels {
  /** `null`: classes are called by their numbers. */
  readonly labels: readonly string[] | null;
  /** `null` where there are no classes. */
  readonly palette: NonNullable<ModelManifest['palette']> | null;
  /** Where they are from, one sentence. */
  readonly reason: string;
}

/**
 * Chooses the labels of a model: those of the first source that has as many as there are classes; else those of a
 * well-known data set with that many.
 * @param classes how many there are; `null` where nobody knows
 * @param given by the user, who is believed
 * @throws ImportError when labels are given to a model that has no classes
 */
export function chooseLabels(
  classes: number | null,
  given: LabelSource | null,
  found: readonly LabelSource[],
): ChosenLabels {
  if (classes === 0) {
    if (given === null) return { labels: null, palette: null, reason: 'Such models know no classes.' };
    throw new ImportError('such models know no classes: leave --labels out');
  }
  const fitting = given ?? found.find(({ labels }) => classes === null || labels.length === classes);
  if (fitting) {
    const { labels, from } = fitting;
    return { labels, palette: paletteOf(labels), reason: `The ${labels.length} labels are from ${from}.` };
  }
  const missed = found.map(({ from, labels }) => `${from} has ${labels.length}`);
  const because = missed.length > 0 ? ` (${missed.join(', ')}, which don’t fit)` : '';
  const known = KNOWN_LABELS.find(({ labels }) => labels.length === classes);
  if (known) {
    return {
      labels: known.labels,
      palette: known.palette,
      reason: `Nothing names the ${classes} classes${because}; their number is that of ${known.description}, so these are taken. Check them, or give --labels.`,
    };
  }
  const count = classes === null ? 'the' : `the ${classes}`;
  return {
    labels: null,
    palette: 'distinct',
    reason: `Nothing names ${count} classes${because}: they are called by their numbers. Give --labels with a file that has one a line.`,
  };
}

function paletteOf(labels: readonly string[]): NonNullable<ChosenLabels['palette']> {
  const known = KNOWN_LABELS.find(
    (one) => one.labels.length === labels.length && one.labels.every((label, id) => label === labels[id]),
  );
  return known?.palette ?? 'distinct';
}
