export * from './complete-manifest.js';
export * from './file-hasher.js';
export * from './loaded-manifest.js';
export * from './manifest-json-schema.js';
export * from './model-problem.js';
export * from './read-catalog.js';
export * from './read-model-folder.js';
export * from './schema-problems.js';
