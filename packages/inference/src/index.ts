export * from './device.js';
export { DeviceLostError } from './device-lost-error.js';
export * from './execution-provider.js';
export * from './graph-thread.js';
export * from './ort-graph.js';
export * from './parent-watchdog.js';
export * from './probe-provider.js';
export type * from './session-options.js';
