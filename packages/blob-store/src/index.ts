export * from './blob-store.js';
export * from './redis-blob-store.js';
