import type { FieldError } from '@darkroom/contracts';
import { schemaProblems } from '@darkroom/model-catalog';
import type { Static, TObject } from 'typebox';

/** The fields of a `scheduler_config.json`. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/** A scheduler's configuration that can't be used. */
export class SchedulerConfigError extends Error {
  override readonly name = 'SchedulerConfigError';
  /** Pointers into the configuration. */
  readonly problems: readonly FieldError[];

  constructor(problems: readonly FieldError[]) {
    super(problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '));
    this.problems = problems;
  }
}

/** Longer than any, lists of betas included. */
const MAX_CONFIG_CHARACTERS = 1_000_000;

/**
 * Reads a `scheduler_config.json`. Python writes infinite numbers into it, which JSON doesn't have; they mean that a
 * field has no bound, and are read as `null`.
 * @throws SchedulerConfigError when it is no object in JSON
 */
export function parseSchedulerConfig(text: string): SchedulerConfig {
  if (text.length > MAX_CONFIG_CHARACTERS) {
    const detail = `expected at most ${MAX_CONFIG_CHARACTERS} characters, got ${text.length}`;
    throw new SchedulerConfigError([{ pointer: '#', detail }]);
  }
  let config: unknown;
  try {
    config = JSON.parse(text.replace(/(":\s*)-?Infinity\b/g, '$1null'));
  } catch (error) {
    const detail = `expected JSON, got something else: ${(error as Error).message}`;
    throw new SchedulerConfigError([{ pointer: '#', detail }]);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new SchedulerConfigError([{ pointer: '#', detail: 'expected an object' }]);
  }
  return config as SchedulerConfig;
}

/**
 * What a scheduler takes of a configuration, which may be another scheduler's, with its own defaults for the rest:
 * `from_config` of diffusers. Fields that it doesn't know are left out, `null` counts as nothing.
 * @param schema each field with its default
 * @throws SchedulerConfigError naming each field that is not as the scheduler can use it
 */
export function readConfig<Schema extends TObject>(schema: Schema, config: SchedulerConfig): Static<Schema> {
  // The fields that diffusers filled in itself, which another scheduler doesn't take over.
  const filledIn = new Set(Array.isArray(config._use_default_values) ? config._use_default_values : []);
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    const given = Object.hasOwn(config, name) && !filledIn.has(name) ? config[name] : null;
    const value = given ?? (field as { default?: unknown }).default;
    if (value !== undefined) values[name] = value;
  }
  const problems = schemaProblems(schema, values);
  if (problems.length > 0) throw new SchedulerConfigError(problems);
  return values as Static<Schema>;
}
