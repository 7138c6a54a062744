import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { deviceName, type ExecutionProvider } from './execution-provider.js';
import { sessionOptions } from './session-options.js';

/** An ONNX graph of one Identity node, float32[1] in and out: the least that a session can be opened on. */
const SMALLEST_GRAPH = Buffer.from(
  'CAgSEGRhcmtyb29tLXRlc3RraXQ6SgocCgF4EgF5GgpJZGVudGl0eV95IghJZGVudGl0eRIIaWRlbnRpdHlaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAR',
  'base64',
);

/** ONNX Runtime's package has the CPU and WebGPU providers inside; its CUDA provider is a library of its own. */
function cudaLibraryPath(): string {
  const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  const platformFolder = join(packageFolder, 'bin', 'napi-v6', process.platform, process.arch);
  return join(platformFolder, 'libonnxruntime_providers_cuda.so');
}

/**
 * Opens a session of the smallest graph on the provider, the only certain way to know whether its libraries, its
 * driver and its device are there.
 * @returns why it cannot be used and what to do, or `null` when it can
 */
export async function probeProvider(provider: ExecutionProvider): Promise<string | null> {
  // Asked first because ONNX Runtime's own message for it is several lines on the standard error stream.
  if (provider.name === 'cuda' && !existsSync(cudaLibraryPath())) {
    return (
      'ONNX Runtime’s CUDA provider is not installed (libonnxruntime_providers_cuda.so); ' +
      'use the worker’s CUDA image, or run script/install.js of the package onnxruntime-node'
    );
  }
  try {
    const session = await InferenceSession.create(
      SMALLEST_GRAPH,
      sessionOptions({ providers: [provider], intraOpThreads: 1 }),
    );
    await session.release();
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message.trim() : String(error);
    return `no session could be opened on ${deviceName(provider)} (${message}); check the driver and its libraries`;
  }
}
