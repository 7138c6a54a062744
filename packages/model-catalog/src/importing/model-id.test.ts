import { expect, it } from 'vitest';
import { suggestModelId } from './model-id.js';

it.each([
  ['/a/yolox_nano.onnx', 'yolox_nano'],
  ['/a/Mein Modell (neu).onnx', 'mein-modell-neu'],
  ['/a/segformer-b0/onnx/model.onnx', 'segformer-b0'],
  ['/a/segformer-b0/onnx/model_fp16.onnx', 'segformer-b0'],
  ['/runs/train7/weights/best.onnx', 'train7'],
  ['/c/models--nvidia--segformer-b0/snapshots/0f3a/onnx/model.onnx', 'segformer-b0'],
  ['/a/yolo-fastest-1.1', 'yolo-fastest-1.1'],
  ['/a/.hidden.onnx', 'hidden'],
  ['/model.onnx', 'model'],
  ['/日本.onnx', 'model'],
  [`/a/${'x'.repeat(100)}.onnx`, 'x'.repeat(64)],
])('%s is called %s', (path, id) => {
  expect(suggestModelId(path)).toBe(id);
});
