const SHORT = 3;
const LONG = 4;

/** A grey TIFF with 32-bit floating point samples, uncompressed. */
export function floatTiff(width: number, height: number): Buffer {
  const pixelBytes = width * height * 4;
  const entries = [
    [256, SHORT, width],
    [257, SHORT, height],
    [258, SHORT, 32], // bits per sample
    [259, SHORT, 1], // no compression
    [262, SHORT, 1], // black is zero
    [273, LONG, 8], // where the only strip begins
    [277, SHORT, 1], // samples per pixel
    [278, SHORT, height], // rows of the strip
    [279, LONG, pixelBytes],
    [339, SHORT, 3], // IEEE floating point
  ] as const;
  const file = Buffer.alloc(8 + pixelBytes + 2 + entries.length * 12 + 4);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(8 + pixelBytes, 4);
  for (let i = 0; i < width * height; i++) file.writeFloatLE(i / (width * height), 8 + i * 4);
  let at = file.writeUInt16LE(entries.length, 8 + pixelBytes);
  for (const [tag, type, value] of entries) {
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
    at += 12;
  }
  return file;
}
