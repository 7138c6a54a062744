export * from './coco.js';
export * from './csv.js';
export * from './finished-picture.js';
export * from './yolo.js';
