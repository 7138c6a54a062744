export * from './float16.js';
export * from './graph.js';
export * from './npy.js';
export * from './safetensors.js';
export * from './softmax.js';
export * from './tensor.js';
