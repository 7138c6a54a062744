import type { ImageFormat } from './image-format.js';

/** Width and height as they stand in the file, before EXIF orientation. */
export interface DeclaredSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size a file claims, read from the few bytes that say so. A decoder's library may refuse a huge picture as
 * damaged; this tells such a one from a damaged one, and costs no memory whatever the size.
 * @returns undefined where the size isn't where the format has it, or cannot be read
 */
export function readDeclaredSize(bytes: Buffer, format: ImageFormat): DeclaredSize | undefined {
  try {
    return READERS[format](bytes);
  } catch (error) {
    // Reading past the end: the file is cut off, which the decoder will say better.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const READERS: Readonly<Record<ImageFormat, (bytes: Buffer) => DeclaredSize | undefined>> = {
  png: readPngSize,
  jpeg: readJpegSize,
  webp: readWebpSize,
  tiff: readTiffSize,
  avif: readAvifSize,
  gif: (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
};

function readPngSize(bytes: Buffer): DeclaredSize | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Walks the segments to the frame header, SOF0 to SOF15 (ITU-T T.81, B.2.2); C4, C8 and CC are no frames. */
function readJpegSize(bytes: Buffer): DeclaredSize | undefined {
  let at = 2;
  while (bytes[at] === 0xff) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    const isStandalone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isStandalone ? 2 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** The three kinds of first chunk of RFC 9649: lossy, lossless, extended. */
function readWebpSize(bytes: Buffer): DeclaredSize | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Tags 256 (ImageWidth) and 257 (ImageLength) of the first directory, in classic TIFF and BigTIFF. */
function readTiffSize(bytes: Buffer): DeclaredSize | undefined {
  const little = bytes[0] === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const u64 = (at: number) => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const isBig = u16(2) === 43;
  const directory = isBig ? u64(8) : u32(4);
  const entries = isBig ? u64(directory) : u16(directory);
  const firstEntry = directory + (isBig ? 8 : 2);
  const entryBytes = isBig ? 20 : 12;
  const size = { width: 0, height: 0 };
  for (let entry = 0; entry < Math.min(entries, 4096); entry++) {
    const at = firstEntry + entry * entryBytes;
    const tag = u16(at);
    if (tag !== 256 && tag !== 257) continue;
    const valueAt = at + (isBig ? 12 : 8);
    const type = u16(at + 2);
    const value = type === 3 ? u16(valueAt) : type === 16 ? u64(valueAt) : u32(valueAt);
    size[tag === 256 ? 'width' : 'height'] = value;
  }
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/**
 * The largest of the image spatial extents (`ispe`) in `meta` › `iprp` › `ipco` of a HEIF file (ISO/IEC
 * 23008-12, 6.5.3); thumbnails, alpha planes and tiles have smaller ones.
 */
function readAvifSize(bytes: Buffer): DeclaredSize | undefined {
  let largest: DeclaredSize | undefined;
  const visit = (start: number, end: number) => {
    for (const box of boxesIn(bytes, start, end)) {
      // `meta` and `ispe` are full boxes: a version and flags, 4 bytes, come before the content.
      if (box.type === 'meta') visit(box.start + 4, box.end);
      if (box.type === 'iprp' || box.type === 'ipco') visit(box.start, box.end);
      if (box.type !== 'ispe') continue;
      const size = { width: bytes.readUInt32BE(box.start + 4), height: bytes.readUInt32BE(box.start + 8) };
      if (size.width * size.height > (largest ? largest.width * largest.height : 0)) largest = size;
    }
  };
  visit(0, bytes.length);
  return largest;
}

function* boxesIn(bytes: Buffer, start: number, end: number) {
  let at = start;
  while (at + 8 <= end) {
    const shortSize = bytes.readUInt32BE(at);
    const headerBytes = shortSize === 1 ? 16 : 8;
    const size =
      shortSize === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : shortSize === 0 ? end - at : shortSize;
    if (size < headerBytes) return;
    yield {
      type: bytes.toString('latin1', at + 4, at + 8),
      start: at + headerBytes,
      end: Math.min(at + size, end),
    };
    at += size;
  }
}
