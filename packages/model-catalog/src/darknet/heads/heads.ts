import type { ImportHead } from './head.js';
import { importRegionHead } from './region-head.js';
import { importYoloHead } from './yolo-head.js';

/** The layers that boxes come from, by the names of their sections. */
export const HEADS: ReadonlyMap<string, ImportHead> = new Map([
  ['yolo', importYoloHead],
  ['region', importRegionHead],
]);
