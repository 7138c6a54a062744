export * from './chunk-runner.js';
export * from './families.js';
export type * from './family.js';
export * from './fitting-size.js';
export * from './label-colors.js';
export * from './open-model.js';
export type * from './recognition.js';
export * from './run-memory.js';
export * from './summarize-model.js';
