import { DarkroomError, type ModelSummary } from '@darkroom/contracts';
import { Check } from 'typebox/schema';
import { pointerTo } from './check-fields.js';

/** Options as a worker sent their schema: plain JSON Schema. */
interface OptionsSchema {
  readonly properties: Readonly<Record<string, OptionSchema>>;
}

interface OptionSchema extends Partial<OptionsSchema> {
  readonly default?: unknown;
}

/**
 * The options of a job as they will be used: what the request says, and the model's defaults for the rest.
 * @throws DarkroomError `option_not_supported` for an option that the model has no use for
 */
export function fillOptions<Options>(model: ModelSummary, asked: Record<string, unknown>): Options {
  const schema = model.options as OptionsSchema;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const fields = Object.entries(given).flatMap(([name, value]) => {
    const property = schema.properties[name];
    if (property && Check(property, value)) return [];
    const takes = property ? `takes another value of "${name}"` : `has no use for "${name}"`;
    return [
      {
        pointer: pointerTo(name),
        detail: `The model "${model.id}" ${takes}; GET /v1/models/${model.id} shows its options.`,
      },
    ];
  });
  if (fields.length > 0) {
    throw new DarkroomError('option_not_supported', fields.map(({ detail }) => detail).join(' '), { fields });
  }
  return withDefaults(schema, given) as Options;
}

/** An option that has options of its own gets their defaults too, also where the request says nothing of it. */
function withDefaults({ properties }: OptionsSchema, given: Record<string, unknown>) {
  const filled = { ...given };
  for (const [name, { default: value, properties: inner }] of Object.entries(properties)) {
    if (inner) {
      filled[name] = withDefaults({ properties: inner }, (given[name] ?? {}) as Record<string, unknown>);
    } else if (given[name] === undefined && value !== undefined) filled[name] = value;
  }
  return filled;
}
