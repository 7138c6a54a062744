/**
 * The device took an error after which nothing in this process can use it any more: every later call fails, of other
 * jobs too. Only another process helps. The message is the error in the driver's words, such as
 * `CUDA failure 700: an illegal memory access was encountered`.
 */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

/**
 * Numbers of CUDA errors that the runtime's documentation calls sticky ("this leaves the process in an inconsistent
 * state"): uncorrectable ECC and NVLink, contained, illegal address, launch time-out, context destroyed, assert, hardware
 * stack, illegal instruction, misaligned address, invalid address space, invalid program counter, launch failure.
 */
const STICKY_CUDA_ERRORS = [214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719];

/** The same as `cudaGetErrorString` says them, for messages without the number. */
const STICKY_CUDA_WORDS = [
  'uncorrectable ECC error encountered',
  'uncorrectable NVLink error detected',
  'an illegal memory access was encountered',
  'the launch timed out and was terminated',
  'device-side assert triggered',
  'hardware stack error',
  'an illegal instruction was encountered',
  'misaligned address',
  'operation not supported on global/shared address space',
  'invalid program counter',
  'unspecified launch failure',
];

/** A kernel of a library of CUDA's that failed while it ran, the driver's own words, and WebGPU's (Dawn's). */
const OTHER_WORDS = [
  String.raw`CUDNN_STATUS_EXECUTION_FAILED\w*`,
  'CUBLAS_STATUS_EXECUTION_FAILED',
  String.raw`NVRM: Xid[^\n;]*`,
  String.raw`WebGPU device lost[^\n;]*`,
  String.raw`\[Device[^\]]*\] is lost`,
  'A valid external Instance reference no longer exists',
];

/**
 * ONNX Runtime writes `CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=… ; file=… ;
 * line=… ; expr=…` (cuda_call.cc), and likewise `CUDNN failure 5000: …` and `CUBLAS failure 13: …`.
 */
const DEVICE_LOST = new RegExp(
  [
    `CUDA failure (?:${STICKY_CUDA_ERRORS.join('|')}):[^;\\n]*`,
    ...[...STICKY_CUDA_WORDS, ...OTHER_WORDS].map((words) => `(?:CU[A-Z]+ failure \\d+: )?${words}`),
  ].join('|'),
  'i',
);

/** The error when it means that the device is lost to this process, else `null`. */
export function asDeviceLost(error: unknown): DeviceLostError | null {
  const message = error instanceof Error ? error.message : String(error);
  const words = DEVICE_LOST.exec(message)?.[0].trim();
  return words === undefined ? null : new DeviceLostError(words, { cause: error });
}
