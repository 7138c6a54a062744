export * from './command-line.js';
export * from './logger.js';
export * from './metrics-registry.js';
export * from './on-shutdown.js';
export * from './read-env.js';
export * from './redis-connection.js';
export * from './run-app.js';
export * from './version.js';
