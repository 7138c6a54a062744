export * from '@darkroom/onnx-file';
