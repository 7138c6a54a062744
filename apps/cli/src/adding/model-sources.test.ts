import { expect, it } from 'vitest';
import { readModelSources } from './model-sources.js';

it('reads models from lines or between semicolons, each in words', () => {
  const setting = `
    # what we count with
    https://example.org/a;v=1/yolo.cfg  https://example.org/yolo.weights#sha256=ab --id yolo;
    s3://models/net.onnx ; /opt/ml/model --id counter
  `;
  expect(readModelSources(setting)).toEqual([
    ['https://example.org/a;v=1/yolo.cfg', 'https://example.org/yolo.weights#sha256=ab', '--id', 'yolo'],
    ['s3://models/net.onnx'],
    ['/opt/ml/model', '--id', 'counter'],
  ]);
  expect(readModelSources(' ;\n ')).toEqual([]);
});
