import type { FastifyRequest } from 'fastify';
import type { FormTexts } from '../../submission/form-fields.js';
import { readMultipartForm } from '../../submission/multipart-form.js';
import type { SentPicture } from '../compat-jobs.js';
import { OriginalError } from '../error-shape.js';
import { RESULT_TYPES } from './result-types.js';
import { type FieldRefusal, missingField, validationError } from './validation-error.js';

const MODEL_TYPES = ['onnx', 'torch'];
/** Those that are not supported are named in the answer, so there is a limit to them. */
const RESULT_TYPES_MAX = 16;
const RESULT_TYPE_LENGTH_MAX = 100;

interface Form {
  readonly texts: FormTexts;
  readonly file: SentPicture | null;
}

/** What a call asks for. */
export interface Inference {
  /** Each once, in the order in which they were named. */
  readonly resultTypes: readonly string[];
  readonly form: Form;
}

/**
 * Reads a call of either path.
 * @param pictureField the field that has the picture, or its address
 * @throws OriginalError for a field that is missing, or a model type that the original doesn't know
 */
export async function readInference(
  request: FastifyRequest,
  pictureField: 'file' | 'url_image',
  maxUploadBytes: number,
): Promise<Inference> {
  const form = await readForm(request, maxUploadBytes);
  const modelType = form.texts.get('infer_model_type')?.at(-1);
  const refusals: FieldRefusal[] = modelType === undefined ? [missingField('infer_model_type')] : [];
  const resultTypes = (form.texts.get('requested_results_types') ?? []).filter((name) => name !== '');
  if (
    resultTypes.length > RESULT_TYPES_MAX ||
    resultTypes.some(({ length }) => length > RESULT_TYPE_LENGTH_MAX)
  ) {
    refusals.push(tooManyResultTypes());
  }
  if (pictureField === 'file' ? !form.file : !form.texts.has(pictureField)) {
    const text = form.texts.get(pictureField)?.at(-1);
    refusals.push(text === undefined ? missingField(pictureField) : noFile(pictureField));
  }
  if (refusals.length > 0) throw validationError(refusals);
  if (!MODEL_TYPES.includes(modelType!)) {
    const shown = modelType!.slice(0, RESULT_TYPE_LENGTH_MAX);
    throw new OriginalError(401, {
      detail: `Fail! Value error: Model type '${shown}' is not registered.`,
    });
  }
  const asked = resultTypes.length === 0 ? Object.keys(RESULT_TYPES) : resultTypes;
  return { resultTypes: [...new Set(asked)], form };
}

async function readForm(request: FastifyRequest, maxUploadBytes: number): Promise<Form> {
  if (request.isMultipart()) {
    return readMultipartForm(request, maxUploadBytes, { fileField: 'file', passOverOthers: true });
  }
  const body = request.body ?? {};
  // Anything but a form has none of the fields, so all of them are missing.
  const isForm = request.headers['content-type']
    ?.toLowerCase()
    .startsWith('application/x-www-form-urlencoded');
  const fields = isForm ? Object.entries(body as Record<string, string | string[]>) : [];
  return { texts: new Map(fields.map(([name, value]) => [name, [value].flat()])), file: null };
}

function noFile(name: string): FieldRefusal {
  const msg = "Value error, Expected UploadFile, received: <class 'str'>";
  return { type: 'value_error', loc: ['body', name], msg, input: null };
}

function tooManyResultTypes(): FieldRefusal {
  const msg = `At most ${RESULT_TYPES_MAX} names of at most ${RESULT_TYPE_LENGTH_MAX} characters can be asked for`;
  return { type: 'too_long', loc: ['body', 'requested_results_types'], msg, input: null };
}
