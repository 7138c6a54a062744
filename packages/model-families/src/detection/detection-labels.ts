import type { Label } from '@darkroom/contracts';
import { distinctColor, formatColor } from '@darkroom/imaging';

/** The label of a class: the model's, or `class 7` for one beyond its list. An empty label stays empty. */
export function labelOf(classId: number, labels: readonly Label[]): Label {
  return (
    labels[classId] ?? { id: classId, label: `class ${classId}`, color: formatColor(distinctColor(classId)) }
  );
}

/**
 * How many were found of each label. Where a request names `classes`, each of their labels is there, with 0 for those
 * not found; without, only what was found: nobody asked for the other 79 of COCO.
 */
export function countLabels(
  foundClassIds: readonly number[],
  askedClassIds: ReadonlySet<number> | null,
  labels: readonly Label[],
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const classId of askedClassIds ?? []) counts.set(labelOf(classId, labels).label, 0);
  for (const classId of foundClassIds) {
    const { label } = labelOf(classId, labels);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
