import { decodeNpy, type Float32Tensor } from '@darkroom/tensor';
import { answerMessages } from '../asked-process.js';
import { readPeak } from '../peak-memory.js';
import type { FromWholeAnswer, ToWholeAnswer } from './whole-answer-messages.js';

/* The process that makes an answer as whoever has memory to spare would: nested arrays, and one text of them. */
process.title = 'darkroom bench whole answer';
answerMessages(build);

async function build({ logits, probabilities }: ToWholeAnswer): Promise<FromWholeAnswer> {
  const beganMs = performance.now();
  const began = process.cpuUsage();
  const answer = {
    Status: 'OK',
    infer_model_type: 'onnx',
    image_type: 'file',
    requested_results: { logits: nested(logits), pixels_distribution: nested(probabilities) },
  };
  const bytes = Buffer.from(JSON.stringify(answer)).length;
  const { user, system } = process.cpuUsage(began);
  return {
    type: 'built',
    bytes,
    elapsedMs: performance.now() - beganMs,
    processorMs: (user + system) / 1000,
    peakBytes: readPeak(),
  };
}

function nested(file: Uint8Array): number[][][] {
  const { dims, data }: Float32Tensor = decodeNpy(Buffer.from(file));
  const [classes = 0, height = 0, width = 0] = dims;
  return Array.from({ length: classes }, (_, plane) =>
    Array.from({ length: height }, (_, row) => {
      const start = (plane * height + row) * width;
      return Array.from(data.subarray(start, start + width));
    }),
  );
}
