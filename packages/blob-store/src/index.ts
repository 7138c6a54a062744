export type * from './blob-cache.js';
export * from './blob-store.js';
export * from './redis-blob-cache.js';
export * from './redis-blob-store.js';
