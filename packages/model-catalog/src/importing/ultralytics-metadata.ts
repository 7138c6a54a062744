import { labelsById } from './labels-by-id.js';
import { type PythonLiteral, PythonLiteralError, parsePythonLiteral } from './python-literal.js';

/** What ultralytics writes into the metadata of its exports; `null` for what is missing. */
export interface UltralyticsMetadata {
  /** Labels by class id. */
  readonly names: readonly string[] | null;
  /** What pictures were resized to, in pixels. */
  readonly imageSize: { readonly width: number; readonly height: number } | null;
  /** Input sides must be a multiple of this. */
  readonly stride: number | null;
  /** `detect`, `segment`, `classify`, `pose`, `obb`. */
  readonly task: string | null;
  readonly description: string | null;
  readonly license: string | null;
}

const LONGEST_SIDE = 16384;
const LONGEST_STRIDE = 1024;
const LONGEST_TEXT = 500;

/**
 * Reads the metadata that ultralytics (YOLOv5 and later) leaves in its exports: Python literals, as texts.
 * @returns what they say, and a note on each that cannot be read; `null` when nobody wrote any
 */
export function readUltralyticsMetadata(
  metadata: ReadonlyMap<string, string>,
): { readonly metadata: UltralyticsMetadata; readonly notes: readonly string[] } | null {
  if (!metadata.has('names') || !metadata.has('stride')) return null;
  const notes: string[] = [];
  const literal = (key: string): PythonLiteral => {
    const text = metadata.get(key);
    if (text === undefined) return null;
    try {
      return parsePythonLiteral(text);
    } catch (error) {
      if (!(error instanceof PythonLiteralError)) throw error;
      notes.push(`The graph’s metadata has ${key}, which is left out: ${error.message}.`);
      return null;
    }
  };
  const names = namesFrom(literal('names'));
  if (names === null && notes.length === 0) {
    notes.push(
      'The graph’s metadata has names, which is left out: expected a text for each class id from 0.',
    );
  }
  const read: UltralyticsMetadata = {
    names,
    imageSize: imageSizeFrom(literal('imgsz')),
    stride: wholeNumber(literal('stride'), LONGEST_STRIDE),
    task: plainText(metadata.get('task')),
    description: plainText(metadata.get('description')),
    license: plainText(metadata.get('license')),
  };
  return { metadata: read, notes };
}

function namesFrom(value: PythonLiteral): readonly string[] | null {
  if (value instanceof Map) return labelsById(value);
  return Array.isArray(value) ? labelsById(new Map(value.entries())) : null;
}

/** `[height, width]`, or one number for both. */
function imageSizeFrom(value: PythonLiteral): UltralyticsMetadata['imageSize'] {
  const [height, width] = Array.isArray(value) ? value : [value, value];
  const sides = { width: wholeNumber(width, LONGEST_SIDE), height: wholeNumber(height, LONGEST_SIDE) };
  return sides.width === null || sides.height === null ? null : { width: sides.width, height: sides.height };
}

function wholeNumber(value: unknown, most: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}

function plainText(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text.slice(0, LONGEST_TEXT);
}
