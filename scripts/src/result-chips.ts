import type { GenerationResult, Label, MasksResult, TaskResult } from '@darkroom/contracts';

/** Something that a result says there is, such as a class, with how much of it there is. */
export interface ResultChip {
  readonly label: string;
  /** `#rrggbb`, or whatever a manifest has for it; `null` where it is not known. */
  readonly color: string | null;
  /** `12.5 %` of the picture, or how many; of a seed, which. */
  readonly amount: string;
}

/** What a result says: the shares of classes, how many of each label were found, how many masks, or how many pictures were made. */
export function resultChips(result: TaskResult, labels: readonly Label[]): ResultChip[] {
  if ('classes' in result) {
    return result.classes.map(({ label, color, fraction }) => ({
      label,
      color,
      amount: percentage(fraction),
    }));
  }
  if ('masks' in result) return maskChips(result);
  if ('images' in result) return imageChips(result);
  if (!('counts' in result)) return [];
  const colors = new Map(labels.map(({ label, color }) => [label, color]));
  return Object.entries(result.counts)
    .filter(([, count]) => count > 0)
    .map(([label, count]) => ({ label, color: colors.get(label) ?? null, amount: `× ${count}` }));
}

/** Each mask that was asked for, with how well the model thinks it fits; of all that there is, how many. */
function maskChips({ masks }: MasksResult): ResultChip[] {
  const asked = masks.filter(({ prompt_index }) => prompt_index !== null);
  if (asked.length === 0) return [{ label: 'masks', color: null, amount: `× ${masks.length}` }];
  return asked.map(({ prompt_index, area, predicted_iou }) => ({
    label: `prompt ${prompt_index! + 1}`,
    color: null,
    amount: `${area} pixels, predicted to fit by ${percentage(predicted_iou)}`,
  }));
}

/** How many pictures there are, how many were withheld, and the seeds to make them again with. */
function imageChips({ images }: GenerationResult): ResultChip[] {
  const withheld = images.filter(({ flagged }) => flagged).length;
  const seeds = [...new Set(images.map(({ seed }) => seed))];
  return [
    { label: 'picture', color: null, amount: `× ${images.length - withheld}` },
    ...(withheld === 0 ? [] : [{ label: 'withheld', color: null, amount: `× ${withheld}` }]),
    { label: 'seed', color: null, amount: seeds.join(', ') },
  ];
}

export function percentage(fraction: number): string {
  const percent = fraction * 100;
  return percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}
