import { basename } from 'node:path';
import type { OnnxFileError } from '@darkroom/onnx-file';
import { ImportError } from './import-error.js';

const BYTES_SHOWN = 512;
const CHARACTERS_SHOWN = 40;

/** The error of a file that is no graph, with the file’s name and what the file obviously is instead. */
export function explainNoGraph(path: string, bytes: Uint8Array, cause: OnnxFileError): ImportError {
  const name = basename(path);
  const kind = whatItIs(bytes);
  const message = kind === null ? `${name}: ${cause.message}` : `${name} is no ONNX graph: ${kind}`;
  return new ImportError(message, { cause });
}

function whatItIs(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'the file is empty; fetch it again';
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, BYTES_SHOWN));
  if (start.startsWith('version https://git-lfs')) {
    return 'it is a pointer of Git LFS; `git lfs pull` fetches the file';
  }
  if (start.startsWith('PK\u0003\u0004'))
    return 'it is a zip file; PyTorch’s weights are some. Export it to ONNX';
  if (!/^[\t\n\r\x20-\x7e]+$/.test(start)) return null;
  const shown = JSON.stringify(start.slice(0, CHARACTERS_SHOWN));
  return `it is text that begins with ${shown}; was a web page saved in its place?`;
}
