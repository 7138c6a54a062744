export * from './find-redis-server.js';
export * from './free-port.js';
export * from './orphan-guard.js';
export * from './ping-redis.js';
export * from './private-redis.js';
