import { DarknetError, type DarknetFile } from './darknet-error.js';
import { LIMITS } from './limits.js';

/**
 * The lines of a text file, whatever the system that wrote it. A line break at the very end begins no further line.
 * @throws DarknetError when it is too large or no text
 */
export function textLines(bytes: Uint8Array, file: DarknetFile): string[] {
  if (bytes.length > LIMITS.textFileBytes) {
    throw new DarknetError(
      file,
      null,
      `expected a text of at most ${LIMITS.textFileBytes} bytes, got ${bytes.length}. Is it the right file?`,
    );
  }
  if (bytes.includes(0)) {
    throw new DarknetError(file, null, 'expected a text, got binary data. Is it the right file?');
  }
  // A byte order mark at the beginning is left out by the decoder.
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
