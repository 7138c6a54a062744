import { beginsWith } from './byte-signature.js';
import { describeForeignBytes } from './foreign-bytes.js';
import { ImageRejectedError } from './image-rejected-error.js';

/** The formats a picture may come in. */
export const IMAGE_FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as const;

export type ImageFormat = (typeof IMAGE_FORMATS)[number];

export const IMAGE_MEDIA_TYPES: Readonly<Record<ImageFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  tiff: 'image/tiff',
  avif: 'image/avif',
  gif: 'image/gif',
};

/** The formats as a sentence names them. */
export const IMAGE_FORMATS_IN_WORDS = 'PNG, JPEG, WebP, TIFF, AVIF or GIF';

const SIGNATURES: readonly (readonly [signature: string, ImageFormat])[] = [
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff', 'jpeg'],
  ['RIFF????WEBP', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  // BigTIFF
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
];

/**
 * Which format the bytes are in, by their first bytes alone.
 * @throws ImageRejectedError `empty`, or `unsupported_format` with what the bytes look like instead.
 */
export function detectImageFormat(bytes: Buffer): ImageFormat {
  if (bytes.length === 0) {
    throw new ImageRejectedError(
      'empty',
      `expected a ${IMAGE_FORMATS_IN_WORDS} picture, got no bytes at all: send the file's content`,
    );
  }
  for (const [signature, format] of SIGNATURES) if (beginsWith(bytes, signature)) return format;
  if (isAvif(bytes)) return 'avif';
  throw new ImageRejectedError(
    'unsupported_format',
    `expected a ${IMAGE_FORMATS_IN_WORDS} picture, got ${describeForeignBytes(bytes)}: ` +
      'convert it to one of these formats first',
  );
}

/**
 * AVIF is an ISO base media file whose `ftyp` box lists the brand `avif` (still) or `avis` (sequence), as the
 * major brand or a compatible one.
 */
function isAvif(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const boxEnd = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  for (let at = 8; at + 4 <= boxEnd; at += 4) {
    if (at !== 12 && /^avi[fs]$/.test(bytes.toString('latin1', at, at + 4))) return true;
  }
  return false;
}
