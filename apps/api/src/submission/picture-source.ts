import { DarkroomError } from '@darkroom/contracts';
import { isUrlText } from '../fetching/picture-url.js';
import { uploadTooLarge } from '../upload-too-large.js';
import { checkFields, pointerTo } from './check-fields.js';
import { ImageReferenceSchema } from './image-reference.js';

/** Where a submission's picture comes from: its bytes, a URL that nobody has looked at yet, or another job. */
export type PictureSource =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly fileName: string | null }
  | { readonly kind: 'url'; readonly url: string; readonly pointer: string }
  | { readonly kind: 'job'; readonly jobId: string; readonly artifactName: string | null };

const ENCODE_AGAIN = 'Encode the whole file, as `base64 -w0 photo.jpg` does.';

/** The forms in which a JSON body, or a text field of a form, can name the picture. */
const FORMS =
  '{"url": "https://…"}, {"base64": "…"}, {"job": "<id>"}, {"job": "<id>", "artifact": "<name>"}, or a URL as a text, a data: URL too';

/**
 * Reads the `image` field of a JSON body.
 * @param maxBytes limit of the decoded bytes
 * @throws DarkroomError that names the forms that can be used
 */
export function readPictureSource(image: unknown, maxBytes: number): PictureSource {
  if (typeof image === 'string') return readText(image, maxBytes);
  if (typeof image !== 'object' || image === null || Array.isArray(image)) {
    throw badImage(
      `The field "image" takes ${FORMS}, got ${image === null ? 'null' : Array.isArray(image) ? 'a list: one job takes one picture' : `a ${typeof image}`}.`,
    );
  }
  const { base64, url, job, artifact } = checkFields(ImageReferenceSchema, image, { within: 'image' });
  const sources = [base64, url, job].filter((source) => source !== undefined);
  if (sources.length === 1 && (artifact === undefined || job !== undefined)) {
    if (job !== undefined) return { kind: 'job', jobId: job, artifactName: artifact ?? null };
    if (url !== undefined) return { kind: 'url', url, pointer: pointerTo('image', 'url') };
    const bytes = decodeBase64(base64!, maxBytes, pointerTo('image', 'base64'));
    return { kind: 'bytes', fileName: null, bytes };
  }
  throw badImage(
    `The field "image" takes ${FORMS}: exactly one of them, got the keys ${Object.keys(image).join(', ') || '(none)'}.`,
  );
}

function readText(text: string, maxBytes: number): PictureSource {
  if (/^data:/i.test(text)) {
    return { kind: 'bytes', fileName: null, bytes: readDataUrl(text, maxBytes) };
  }
  if (isUrlText(text)) return { kind: 'url', url: text, pointer: pointerTo('image') };
  throw badImage(
    `The field "image" takes ${FORMS}; the text that came is none of these. Base64 without "data:" goes into {"base64": "…"}; a file goes into a form, with curl as -F image=@photo.jpg.`,
  );
}

function readDataUrl(url: string, maxBytes: number): Buffer {
  const comma = url.indexOf(',');
  if (comma < 0)
    throw badImage(
      'The data: URL in "image" has no comma, so it holds no data. Send data:image/png;base64, and then the base64 of the file.',
    );
  if (!/;base64$/i.test(url.slice(0, comma))) {
    throw badImage(
      'The data: URL in "image" must be in base64: data:image/png;base64, and then the base64 of the file.',
    );
  }
  return decodeBase64(url.slice(comma + 1), maxBytes, pointerTo('image'));
}

/**
 * The bytes of a picture that came as base64; white space in it is passed over.
 * @param maxBytes limit of the decoded bytes, checked before anything is decoded
 * @param pointer to where it came from, for the error
 * @throws DarkroomError `invalid_field` or `upload_too_large`
 */
export function decodeBase64(text: string, maxBytes: number, pointer: string): Buffer {
  const [, name] = pointer.split('/');
  const decodedBytes = Math.floor((text.length * 3) / 4);
  if (decodedBytes > maxBytes + 3 + text.length / 64) throw uploadTooLarge(maxBytes, decodedBytes);
  const compact = text.replaceAll(/[\r\n\t ]/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) {
    throw badImage(
      `The base64 of "${name}" has characters that base64 does not have. ${ENCODE_AGAIN}`,
      pointer,
    );
  }
  // Four characters hold three bytes; one over holds none.
  if (compact.replaceAll('=', '').length % 4 === 1) {
    throw badImage(`The base64 of "${name}" was cut: it ends in half a byte. ${ENCODE_AGAIN}`, pointer);
  }
  const bytes = Buffer.from(compact, 'base64');
  if (bytes.length > maxBytes) throw uploadTooLarge(maxBytes, bytes.length);
  return bytes;
}

function badImage(detail: string, pointer = '#/image'): DarkroomError {
  return new DarkroomError('invalid_field', detail, { fields: [{ pointer, detail }] });
}
