import { DarkroomError, type ModelSummary, nearestName } from '@darkroom/contracts';
import { pointerTo } from './check-fields.js';
import type { TaskFields } from './task-rules.js';

const LABELS_SHOWN = 20;

/**
 * Finds the classes to keep among the model's labels. A form can only send texts, so a number in one is an id where
 * no label is called so.
 * @throws DarkroomError `invalid_field` with the nearest label of each class that the model doesn't know
 */
export function resolveClasses(fields: TaskFields, { id, labels }: ModelSummary): TaskFields {
  const classes = fields.classes as readonly (string | number)[] | undefined;
  if (classes === undefined) return fields;
  const names = labels.map(({ label }) => label);
  const ids = new Set(labels.map((label) => label.id));
  const resolved = classes.map((wanted) =>
    typeof wanted === 'string' && !names.includes(wanted) && /^\d{1,9}$/.test(wanted)
      ? Number(wanted)
      : wanted,
  );
  const unknown = resolved.flatMap((wanted, index) => {
    if (typeof wanted === 'string' ? names.includes(wanted) : ids.has(wanted)) return [];
    const nearest = typeof wanted === 'string' ? nearestName(wanted, names) : null;
    const hint = nearest === null ? '' : ` Did you mean "${nearest}"?`;
    const shown = typeof wanted === 'string' ? `"${wanted.slice(0, 60)}"` : wanted;
    return [
      { pointer: pointerTo('classes', index), detail: `The model "${id}" has no class ${shown}.${hint}` },
    ];
  });
  if (unknown.length === 0) return { ...fields, classes: resolved };
  const known = `Its labels are ${names.slice(0, LABELS_SHOWN).join(', ')}${names.length > LABELS_SHOWN ? ` and ${names.length - LABELS_SHOWN} more` : ''}; GET /v1/models/${id} lists them with their ids.`;
  throw new DarkroomError(
    'invalid_field',
    `${unknown
      .map(({ detail }) => detail)
      .slice(0, 3)
      .join(' ')} ${known}`,
    {
      fields: unknown,
    },
  );
}
