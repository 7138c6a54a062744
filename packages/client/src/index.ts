export * from './darkroom-client.js';
export * from './darkroom-problem.js';
export * from './darkroom-unreachable.js';
export * from './picture-submission.js';
export * from './server-sent-events.js';
