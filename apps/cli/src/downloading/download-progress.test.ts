import { describe, expect, it } from 'vitest';
import { Terminal } from '../terminal.js';
import { DownloadProgress } from './download-progress.js';
import { readModelAddress } from './model-address.js';

const ADDRESS = readModelAddress('https://example.org/a/net.onnx', {
  region: 'us-east-1',
  endpoint: null,
  keys: null,
});

function progressOn(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const progress = new DownloadProgress(
    new Terminal(stream, stream, { mayMove: true, mayHaveColors: false }),
  );
  return { written, progress };
}

describe('DownloadProgress', () => {
  it('has a bar that moves on a terminal', () => {
    const { written, progress } = progressOn(true);
    progress.begin(ADDRESS);
    progress.show(ADDRESS, 1_250_000, 2_500_000);
    expect(written.join('')).toContain('fetching https://example.org/a/net.onnx');
    expect(written.at(-1)).toMatch(/█{12}░{12} {2}1\.3 MB of 2\.5 MB {2}net\.onnx$/);
    progress.end();
  });

  it('tells how much has come where nobody knows how much there is', () => {
    const { written, progress } = progressOn(true);
    progress.show(ADDRESS, 512, null);
    expect(written.at(-1)).toMatch(/ {2}512 bytes {2}net\.onnx$/);
  });

  it('writes no line for each piece into a log', () => {
    const { written, progress } = progressOn(false);
    progress.begin(ADDRESS);
    for (let bytes = 0; bytes < 1000; bytes++) progress.show(ADDRESS, bytes, 1000);
    progress.end();
    expect(written).toEqual(['fetching https://example.org/a/net.onnx\n']);
  });
});
