import { DarkroomError, type Label, nearestName } from '@darkroom/contracts';

/**
 * The ids of the classes that a request wants to keep; `null` where it wants all. Of a label that several classes
 * have, all of them.
 * @param labels the model's; none where it isn't known how many classes there are, and then any id is taken
 * @throws DarkroomError `invalid_field` for a class that the model doesn't know
 */
export function keptClassIds(
  classes: readonly (string | number)[] | undefined,
  labels: readonly Label[],
): ReadonlySet<number> | null {
  if (classes === undefined) return null;
  return new Set(classes.flatMap((wanted) => idsOf(wanted, labels)));
}

function idsOf(wanted: string | number, labels: readonly Label[]): readonly number[] {
  if (typeof wanted === 'number') {
    if (labels.length === 0 || wanted < labels.length) return [wanted];
    throw unknownClass(`expected a class id from 0 to ${labels.length - 1}, got ${wanted}`);
  }
  const ids = labels.filter(({ label }) => label === wanted).map(({ id }) => id);
  if (ids.length > 0) return ids;
  const names = labels.map(({ label }) => label);
  const nearest = nearestName(wanted, names);
  const hint = nearest === null ? 'GET /v1/models lists its labels' : `did you mean ${nearest}?`;
  throw unknownClass(`expected labels or class ids of the model, got ${JSON.stringify(wanted)}; ${hint}`);
}

function unknownClass(detail: string): DarkroomError {
  return new DarkroomError('invalid_field', `#/classes: ${detail}`);
}
