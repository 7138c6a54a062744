export * from './families.js';
export type * from './family.js';
export * from './label-colors.js';
export * from './open-model.js';
export * from './summarize-model.js';
