import { DarkroomError, type ModelSummary } from '@darkroom/contracts';
import type { TObject } from 'typebox';
import { Value } from 'typebox/value';
import { pointerTo } from './check-fields.js';

/**
 * The options of a job as they will be used: what the request says, and the model's defaults for the rest.
 * @throws DarkroomError `option_not_supported` for an option that the model has no use for
 */
export function fillOptions<Options>(model: ModelSummary, asked: Record<string, unknown>): Options {
  const schema = model.options as TObject;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const fields = Object.entries(given).flatMap(([name, value]) => {
    const property = schema.properties[name];
    if (property && Value.Check(property, value)) return [];
    const takes = property ? `takes another value of "${name}"` : `has no use for "${name}"`;
    return [{ pointer: pointerTo(name), detail: `The model "${model.id}" ${takes}; GET /v1/models/${model.id} shows its options.` }];
  });
  if (fields.length > 0) {
    throw new DarkroomError('option_not_supported', fields.map(({ detail }) => detail).join(' '), { fields });
  }
  return Value.Default(schema, given) as Options;
}
