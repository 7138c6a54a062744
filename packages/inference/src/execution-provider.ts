/** Where ONNX Runtime runs a graph; what a provider cannot run falls to the CPU. */
export type ExecutionProvider =
  | { readonly name: 'cpu' }
  | { readonly name: 'cuda'; readonly deviceId: number }
  | { readonly name: 'webgpu' };

/** The provider as devices are written in settings, jobs and logs: `cpu`, `cuda:0`, `webgpu`. */
export function deviceName(provider: ExecutionProvider): string {
  return provider.name === 'cuda' ? `cuda:${provider.deviceId}` : provider.name;
}
