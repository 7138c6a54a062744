/** As many as a manifest takes. */
export const MOST_LABELS = 65_536;

const LONGEST_LABEL = 500;

/**
 * Labels of classes as a list, from labels by their ids.
 * @returns `null` unless there is one text for each id from 0 on
 */
export function labelsById(entries: ReadonlyMap<unknown, unknown>): readonly string[] | null {
  if (entries.size === 0 || entries.size > MOST_LABELS) return null;
  const labels = new Array<string>(entries.size);
  const seen = new Set<number>();
  for (const [key, value] of entries) {
    const id = typeof key === 'string' && /^\d{1,6}$/.test(key) ? Number(key) : key;
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= labels.length) return null;
    if (typeof value !== 'string' || value.length > LONGEST_LABEL || seen.has(id)) return null;
    seen.add(id);
    labels[id] = value;
  }
  return labels;
}
