import { describe, expect, it } from 'vitest';
import { readModelAddress } from './model-address.js';
import { checkAddresses, suggestIdFor } from './model-download.js';

const S3 = { region: 'us-east-1', endpoint: null, keys: null };
const read = (words: readonly string[]) => words.map((word) => readModelAddress(word, S3));

describe('suggestIdFor', () => {
  it.each([
    [['https://example.org/yolox_nano.onnx?token=1'], 'yolox_nano'],
    [['https://example.org/darknet/yolov4-tiny.cfg', 'https://example.org/w/x_final.weights'], 'yolov4-tiny'],
    [['https://example.org/mobile_sam.encoder.onnx', 's3://models/mobile_sam.decoder.onnx'], 'mobile_sam'],
    [['https://hub.example.org/owner/segformer-b0/resolve/main/onnx/model.onnx'], 'segformer-b0'],
    [['https://example.org/owner/nets/raw/v2/model.onnx'], 'nets'],
    [['s3://models/model.onnx'], 'model'],
  ])('calls what is at %j %s', (words, id) => {
    expect(suggestIdFor(read(words))).toBe(id);
  });
});

describe('checkAddresses', () => {
  it('refuses more files than a model has', () => {
    const words = Array.from({ length: 33 }, (_, index) => `https://example.org/${index}.onnx`);
    expect(() => checkAddresses(read(words))).toThrow(/at most 32 files of a model, got 33/);
    expect(() => checkAddresses(read(words.slice(1)))).not.toThrow();
  });
});
