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
  expect(suggestModelId([path])).toBe(id);
});

it.each([
  ['/a/mobile_sam.encoder.onnx', '/a/mobile_sam.decoder.onnx', 'mobile_sam'],
  ['/a/sam_vit_b_encoder.onnx', '/a/sam_vit_b_decoder.onnx', 'sam_vit_b'],
  ['/a/sam2.1_tiny/encoder.onnx', '/a/sam2.1_tiny/decoder.onnx', 'sam2.1_tiny'],
  ['/a/slimsam/onnx/vision_encoder.onnx', '/a/slimsam/onnx/prompt_encoder_mask_decoder.onnx', 'slimsam'],
  ['/a/painter/unet/model.onnx', '/a/painter/vae_decoder/model.onnx', 'painter'],
  [
    '/c/models--a--slimsam/snapshots/0f3a/onnx/vision.onnx',
    '/c/models--a--slimsam/snapshots/0f3a/onnx/prompt.onnx',
    'slimsam',
  ],
])('%s and %s together are called %s', (one, other, id) => {
  expect(suggestModelId([one, other])).toBe(id);
});
