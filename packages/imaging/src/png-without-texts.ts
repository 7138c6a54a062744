const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const AROUND_CHUNK_BYTES = 12;
/** Texts that are compressed, or can be. */
const TEXT_CHUNKS: ReadonlySet<string> = new Set(['zTXt', 'iTXt']);

/**
 * A PNG without texts that may be compressed. The decoding library inflates each of them, for nobody: fifty kilobytes can
 * become fifty megabytes, and a file has room for hundreds.
 * @param png whole or cut off; what can't be followed stays as it is
 */
export function pngWithoutTexts(png: Buffer): Buffer {
  const kept: Buffer[] = [];
  let keptTo = 0;
  let at = SIGNATURE_BYTES;
  while (at + AROUND_CHUNK_BYTES <= png.length) {
    const end = at + AROUND_CHUNK_BYTES + png.readUInt32BE(at);
    if (TEXT_CHUNKS.has(png.toString('latin1', at + 4, at + 8))) {
      if (at > keptTo) kept.push(png.subarray(keptTo, at));
      keptTo = end;
    }
    at = end;
  }
  if (keptTo === 0) return png;
  return Buffer.concat([...kept, png.subarray(Math.min(keptTo, png.length))]);
}
