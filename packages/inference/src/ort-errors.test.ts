import { DarkroomError } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { DeviceLostError } from './device-lost-error.js';
import { explainRunError } from './ort-errors.js';

const PATH = '/models/deeplab/graph.onnx';
const AT = ' ; GPU=0 ; hostname=gpu-1 ; file=/ort/cuda/cuda_call.cc ; line=63 ; expr=cudaMemcpyAsync(a, b); ';
/** As ONNX Runtime puts the error of a node. */
const node = (text: string) =>
  new Error(`Non-zero status code returned while running Conv node. Name:'conv1' Status Message: ${text}`);

describe('an error of ONNX Runtime', () => {
  it.each([
    ['CUDA failure 700: an illegal memory access was encountered'],
    ['CUDA failure 719: unspecified launch failure'],
    ['CUDA failure 710: device-side assert triggered'],
    ['CUDA failure 714: hardware stack error'],
    ['CUDA failure 715: an illegal instruction was encountered'],
    ['CUDA failure 716: misaligned address'],
    ['CUDA failure 214: uncorrectable ECC error encountered'],
    ['CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED'],
    ['CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED'],
  ])('means that the device is lost when it is "%s"', (words) => {
    const lost = explainRunError(PATH, node(words + AT));
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect(lost.message).toBe(words);
  });

  it.each([
    ['WebGPU device lost (1): The device was removed.', 'WebGPU device lost (1): The device was removed.'],
    ['Failed to create a WebGPU compute pipeline: [Device] is lost.', '[Device] is lost'],
    [
      'Failed to create a WebGPU compute pipeline: A valid external Instance reference no longer exists.',
      'A valid external Instance reference no longer exists',
    ],
    ['NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.', undefined],
  ])('means that the device is lost when it is "%s"', (message, words = message) => {
    const lost = explainRunError(PATH, node(message));
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect(lost.message).toBe(words);
  });

  it.each([
    `CUDA failure 2: out of memory${AT}`,
    `CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED${AT}`,
    'bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal() Failed to allocate memory for requested buffer of size 1048576',
    'bfc_arena.cc:376 void *onnxruntime::BFCArena::AllocateRawInternal() Available memory of 0 is smaller than requested bytes of 2048',
    `CUDNN failure 4003: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED${AT}`,
    'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While validating entries[1]',
    'std::bad_alloc',
  ])('means that memory ran out when it is "%s"', (text) => {
    const error = explainRunError(PATH, node(text)) as DarkroomError;
    expect(error).toBeInstanceOf(DarkroomError);
    expect(error.code).toBe('out_of_memory');
    expect(error.message).toContain('Memory ran out in deeplab/graph.onnx');
    expect(error.message).not.toContain('gpu-1');
  });

  it.each([
    `CUDA failure 1: invalid argument${AT}`,
    `CUDA failure 70: a number that begins like another${AT}`,
    `CUDNN failure 3000: CUDNN_STATUS_NOT_SUPPORTED${AT}`,
    'The input tensor cannot be reshaped to the requested shape',
  ])('is the run’s own when it is "%s"', (text) => {
    const error = explainRunError(PATH, node(text)) as DarkroomError;
    expect(error).toBeInstanceOf(DarkroomError);
    expect(error.code).toBe('inference_failed');
    expect(error.message).not.toContain('gpu-1');
  });
});
