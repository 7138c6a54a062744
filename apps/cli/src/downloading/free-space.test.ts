import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { checkFreeSpace } from './free-space.js';
import { readModelAddress } from './model-address.js';

it('refuses what no disk has room for, and says how much there is', async () => {
  const address = readModelAddress('https://example.org/net.onnx', {
    region: 'us-east-1',
    endpoint: null,
    keys: null,
  });
  await expect(checkFreeSpace(tmpdir(), address, 1024 ** 6)).rejects.toThrow(
    /net\.onnx could not be fetched: expected 1152921504\.6 GB of free space in .*, there is [\d.]+ [kMG]?B/,
  );
  await checkFreeSpace(tmpdir(), address, 1);
});
