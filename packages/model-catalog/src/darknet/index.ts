export * from './darknet-error.js';
export * from './import-darknet.js';
export * from './read-darknet-folder.js';
