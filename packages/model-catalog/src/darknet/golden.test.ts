import { createHash } from 'node:crypto';
import { float32Tensor, type Tensor } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { importNetwork } from './import-network.js';
import { networkModel } from './network-model.js';
import { parseCfg } from './parse-cfg.js';
import { GOLDEN_CASES, goldenCfg, goldenTensor, seededNetwork } from './testing/golden-cases.js';
import { runModel } from './testing/run-model.js';

const TOLERANCE = 1e-4;

/** Largest difference, of numbers beyond 1 in relation to them. */
function farthest(actual: ArrayLike<number>, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((worst, value, i) => {
    const distance = Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value));
    return Math.max(worst, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }, 0);
}

/** Darknet gives class scores multiplied with the objectness. */
function withClassScores({ data, dims }: Tensor): Float32Array {
  const values = dims.at(-1)!;
  const rows = Float32Array.from(data as Float32Array);
  for (let at = 0; at < rows.length; at++) {
    const place = at % values;
    if (place >= 5) rows[at] = rows[at]! * rows[at - place + 4]!;
  }
  return rows;
}

describe.each(Object.entries(GOLDEN_CASES))(
  'a network like %s',
  (name, { layers, convolutions, weights_sha256 }) => {
    const cfg = parseCfg(goldenCfg(name));
    const side = (key: string) => Number(cfg.sections[0]!.entries.get(key)!.value);
    const { pixels, weights } = seededNetwork(convolutions, side('width'), side('height'));

    it('has weights that are the very bytes that Darknet saves', () => {
      expect(createHash('sha256').update(weights.subarray(20)).digest('hex')).toBe(weights_sha256);
    });

    it('gives what Darknet gives for the same pixels, and alike for each picture of a batch', async () => {
      const network = importNetwork(cfg, weights);
      const outputs = await runModel(networkModel(network, layers), pixels);
      for (const layer of layers) {
        const expected = goldenTensor(name, `layer-${layer}`);
        const actual = outputs[`layer_${layer}`]!;
        expect(actual.dims).toEqual([1, ...expected.dims]);
        expect(farthest(actual.data as Float32Array, expected.data), `layer ${layer}`).toBeLessThan(
          TOLERANCE,
        );
      }
      if (network.heads.length === 0) return;
      const expected = goldenTensor(name, 'detections');
      expect(outputs.detections!.dims).toEqual([1, ...expected.dims]);
      expect(farthest(withClassScores(outputs.detections!), expected.data)).toBeLessThan(TOLERANCE);

      const dark = new Float32Array(pixels.data.length);
      const both = float32Tensor(Float32Array.of(...dark, ...pixels.data), [2, ...pixels.dims.slice(1)]);
      const batch = await runModel(networkModel(importNetwork(cfg, weights)), both);
      const second = (batch.detections!.data as Float32Array).subarray(expected.data.length);
      expect(farthest(second, outputs.detections!.data as Float32Array)).toBeLessThan(1e-5);
    });
  },
);
