import {
  DarkroomError,
  type FieldError,
  MODE_TRAITS,
  type ModelSummary,
  SEGMENTATION_MODES,
  type SegmentationFields,
  type SegmentationMode,
  type SegmentationOptions,
} from '@darkroom/contracts';
import { pointerTo, sentenceOf } from './check-fields.js';
import type { TaskFields, TaskOptions } from './task-rules.js';

const FIELDS_OF_SOME_MODES = new Set<string>(Object.values(MODE_TRAITS).flatMap(({ fields }) => fields));

/** The mode that a request asks for, and the field that says so; null where it is left to the model. */
export function askedMode({
  mode,
  prompts,
  automatic,
}: Pick<SegmentationFields, 'mode' | 'prompts' | 'automatic'>): {
  readonly mode: SegmentationMode;
  readonly field: keyof SegmentationFields;
} | null {
  if (mode !== undefined) return { mode, field: 'mode' };
  if (prompts !== undefined) return { mode: 'prompts', field: 'prompts' };
  if (automatic !== undefined) return { mode: 'everything', field: 'automatic' };
  return null;
}

/**
 * The fields with the mode that they mean, without one what the model is made for.
 * @throws DarkroomError `option_not_supported` for fields and outputs that only other modes know, naming those;
 *   `invalid_field` when what the mode needs is missing
 */
export function resolveMode(fields: TaskFields, model: ModelSummary): TaskFields {
  const mode = askedMode(fields as SegmentationFields)?.mode ?? modeMadeFor(model);
  const errors = [...fieldsOfOtherModes(fields, mode), ...outputsOfOtherModes(fields, mode)];
  if (errors.length > 0) {
    throw new DarkroomError('option_not_supported', sentenceOf(errors), { fields: errors });
  }
  if (mode === 'prompts' && fields.prompts === undefined) {
    const detail =
      'The mode "prompts" needs "prompts": a list with an entry for each object, such as [{"points": [{"x": 320, "y": 240}]}].';
    throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/prompts', detail }] });
  }
  return { ...fields, mode };
}

/** Of options with the model's defaults those that the mode uses. */
export function optionsOfMode(filled: TaskOptions): SegmentationOptions & TaskOptions {
  const { fields, outputs } = MODE_TRAITS[filled.mode as SegmentationMode];
  const used = Object.entries(filled).filter(
    ([name]) => !FIELDS_OF_SOME_MODES.has(name) || includes(fields, name),
  );
  const made = (filled.outputs as readonly string[]).filter((output) => includes(outputs, output));
  return { ...Object.fromEntries(used), outputs: made } as SegmentationOptions & TaskOptions;
}

/** As the model's options say it. */
function modeMadeFor({ options }: ModelSummary): SegmentationMode {
  const { mode } = (options as { properties: Readonly<Record<string, { default?: unknown }>> }).properties;
  return mode?.default as SegmentationMode;
}

function fieldsOfOtherModes(fields: TaskFields, mode: SegmentationMode): FieldError[] {
  const unused = Object.keys(fields).filter(
    (name) => FIELDS_OF_SOME_MODES.has(name) && !includes(MODE_TRAITS[mode].fields, name),
  );
  return unused.map((name) => ({
    pointer: pointerTo(name),
    detail: `The mode "${mode}" has no use for "${name}"; ${modesThat((traits) => includes(traits.fields, name))} takes it.`,
  }));
}

function outputsOfOtherModes({ outputs = [] }: TaskFields, mode: SegmentationMode): FieldError[] {
  return outputs.flatMap((output, index) => {
    if (includes(MODE_TRAITS[mode].outputs, output)) return [];
    const others = modesThat((traits) => includes(traits.outputs, output));
    const detail = `The mode "${mode}" makes no "${output}"; ${others} does.`;
    return [{ pointer: pointerTo('outputs', index), detail }];
  });
}

function modesThat(can: (traits: (typeof MODE_TRAITS)[SegmentationMode]) => boolean): string {
  const modes = SEGMENTATION_MODES.filter((mode) => can(MODE_TRAITS[mode]));
  return modes.map((mode) => `"${mode}"`).join(' or ');
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
