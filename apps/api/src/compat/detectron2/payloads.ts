import { type Static, type TObject, Type } from 'typebox';
import { checkFields } from '../../submission/check-fields.js';
import { OriginalError } from '../error-shape.js';
import { FILES_MAX } from './picture-folders.js';

const ThresholdSchema = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'What has a lower score is left out. The text of a number is one too.',
});

/** `POST /api/detect-area-base64` */
export const SentPictureSchema = Type.Object({
  threshold_value: ThresholdSchema,
  image_string: Type.String({ description: 'The picture in base64.' }),
  input_image_name: Type.String({ description: 'Name of the file that the picture is kept in.' }),
  output_image_name: Type.String({ description: 'Name of the file with what was found drawn on it.' }),
});

/** `POST /api/detect-area-all` */
export const AllFilesSchema = Type.Object({ threshold_value: ThresholdSchema });

/** `POST /api/detect-area-by-name` */
export const NamedFilesSchema = Type.Object({
  image_names: Type.Array(Type.String(), { maxItems: FILES_MAX, description: 'Files of the input folder.' }),
  threshold_value: Type.Optional(ThresholdSchema),
});

const TEXT_OF_NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/**
 * Reads a payload. Fields that nobody knows are passed over, as the original does.
 * @throws OriginalError when a field is missing
 * @throws DarkroomError `invalid_field` for one that is something else than it is to be
 */
export function readPayload<Schema extends TObject>(schema: Schema, body: unknown): Static<Schema> {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const required = schema.required ?? [];
  if (required.some((name) => !Object.hasOwn(sent, name))) {
    throw new OriginalError(500, { data: 'Wrong payload', status_code: 500 });
  }
  // What may be left out may be null too.
  const isGiven = (name: string) =>
    Object.hasOwn(sent, name) && (sent[name] !== null || required.includes(name));
  const given = Object.keys(schema.properties).filter(isGiven);
  const fields = given.map((name) => [name, name === 'threshold_value' ? asNumber(sent[name]) : sent[name]]);
  return checkFields(schema, Object.fromEntries(fields));
}

function asNumber(value: unknown): unknown {
  return typeof value === 'string' && TEXT_OF_NUMBER.test(value) ? Number(value) : value;
}
