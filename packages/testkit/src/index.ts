// What tests need of it they take from here, like everything else.
export * from '@darkroom/private-redis';
export * from './darkroom-process.js';
export * from './graphs/candidate-output.js';
export * from './graphs/detection-graph.js';
export * from './graphs/failing-segmentation-graph.js';
export * from './graphs/memory-hungry-segmentation-graph.js';
export * from './graphs/reference-color.js';
export * from './graphs/sam-decoder-graph.js';
export * from './graphs/sam-encoder-graph.js';
export type * from './graphs/sam-export.js';
export * from './graphs/sam-manifest.js';
export * from './graphs/segmentation-graph.js';
export * from './graphs/slow-segmentation-graph.js';
export * from './graphs/write-test-model.js';
export * from './list-processes.js';
export * from './shared-asset.js';
