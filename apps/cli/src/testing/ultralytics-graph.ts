import { candidateOutput, detectionGraph } from '@darkroom/testkit';
import { withMetadata } from './with-metadata.js';

const SIDE = 64;
/** Cells of 8, 16 and 32 pixels in 64 × 64. */
const CELLS = 84;

/** A graph as ultralytics exports detectors of three classes, which finds one fish in every picture. */
export function ultralyticsGraph(metadata: Readonly<Record<string, string>> = {}): Buffer {
  const output = candidateOutput([{ box: [32, 32, 20, 10], scores: { 1: 0.75 } }], {
    classes: 3,
    count: CELLS,
  });
  return withMetadata(detectionGraph({ outputs: [output], size: { width: SIDE, height: SIDE } }), {
    author: 'Ultralytics',
    description: 'Ultralytics YOLO11n model trained on sea.yaml',
    license: 'AGPL-3.0 License (https://ultralytics.com/license)',
    stride: '32',
    task: 'detect',
    imgsz: '[64, 64]',
    names: "{0: 'crab', 1: 'fish', 2: \"sea star's\"}",
    ...metadata,
  });
}
