import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DarkroomError } from '@darkroom/contracts';
import { asDeviceLost, type DeviceLostError } from './device-lost-error.js';

/** How ONNX Runtime and its arena, CUDA and its libraries, WebGPU, the C++ library and V8 say that memory ran out. */
const OUT_OF_MEMORY = new RegExp(
  [
    'failed to allocate memory',
    'is smaller than requested bytes',
    'out of memory',
    'cudaErrorMemoryAllocation',
    'CUBLAS_STATUS_ALLOC_FAILED',
    'CUDNN_STATUS_(?:ALLOC|INTERNAL_ERROR_(?:HOST|DEVICE)_ALLOCATION)_FAILED',
    // That a buffer could not be made shows in WebGPU only where it is used.
    String.raw`\[Invalid Buffer[^\]]*\] is invalid due to a previous error`,
    'bad_alloc',
    'bad allocation',
    'cannot allocate memory',
    'array buffer allocation failed',
  ].join('|'),
  'i',
);

const REQUESTED_BYTES = /requested (?:buffer of size|bytes of) (\d+)/;
/** CUDA's errors name the machine, which is no user's business. */
const HOST_NAME = / ; hostname=[^;]*(?= ;|$)/g;
const BYTES_SHOWN = 512;

/** A graph as users may see it: the model's folder and the file, not where the service keeps them. */
export function graphName(path: string): string {
  return join(basename(dirname(path)), basename(path));
}

function messageOf(path: string, error: unknown): string {
  const message = error instanceof Error ? error.message.trim() : String(error);
  return message.replaceAll(path, graphName(path)).replaceAll(HOST_NAME, '').replace(/\.$/, '');
}

/** The error of a run, or of loading, when it means that memory ran out; else `null`. */
function asOutOfMemory(path: string, error: unknown): DarkroomError | null {
  const message = messageOf(path, error);
  if (!OUT_OF_MEMORY.test(message)) return null;
  const requested = REQUESTED_BYTES.exec(message)?.[1];
  const what = requested
    ? `a buffer of ${(Number(requested) / 1e6).toFixed(0)} MB could not be had`
    : message.split('\n', 1)[0];
  return new DarkroomError(
    'out_of_memory',
    `Memory ran out in ${graphName(path)}: ${what}. Send a smaller picture, choose a smaller model, or give the worker more memory.`,
    { cause: error },
  );
}

/** What went wrong in a run of a graph, for users; or that nothing runs in this process any more. */
export function explainRunError(path: string, error: unknown): DarkroomError | DeviceLostError {
  if (error instanceof DarkroomError) return error;
  return (
    asDeviceLost(error) ??
    asOutOfMemory(path, error) ??
    new DarkroomError(
      'inference_failed',
      `ONNX Runtime could not run ${graphName(path)}: ${messageOf(path, error)}`,
      {
        cause: error,
      },
    )
  );
}

/** Why a file could not be opened as a graph, for operators: what the file is instead, and what to do. */
export async function explainLoadError(
  path: string,
  error: unknown,
): Promise<DarkroomError | DeviceLostError> {
  const known = asDeviceLost(error) ?? asOutOfMemory(path, error);
  if (known) return known;
  const kind = await whatItIs(path);
  const detail =
    kind === null
      ? `ONNX Runtime could not open ${graphName(path)}: ${messageOf(path, error)}. ` +
        'If the file was cut off on the way, fetch it again and compare its sha256.'
      : `${graphName(path)} is no ONNX graph: ${kind}.`;
  return new DarkroomError('inference_failed', detail, { cause: error });
}

/** What a file that is no graph obviously is, and the remedy; `null` when it might be a graph. */
async function whatItIs(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (!found) return 'there is no such file';
  if (found.isDirectory()) return 'it is a folder';
  if (found.size === 0) return 'the file is empty; fetch it again';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES_SHOWN), 0, BYTES_SHOWN, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    if (start.startsWith('version https://git-lfs'))
      return 'it is a Git LFS pointer; `git lfs pull` fetches the file';
    if (/^[\t\n\r\x20-\x7e]+$/.test(start)) {
      return `it is text that begins with ${JSON.stringify(start.slice(0, 40))}; was a web page saved in its place?`;
    }
    return null;
  } finally {
    await file.close();
  }
}
