import sharp, { type Metadata } from 'sharp';
import { type DeclaredSize, readDeclaredSize } from './declared-size.js';
import {
  detectImageFormat,
  IMAGE_FORMATS_IN_WORDS,
  IMAGE_MEDIA_TYPES,
  type ImageFormat,
} from './image-format.js';
import { ImageRejectedError } from './image-rejected-error.js';
import { pngWithoutTexts } from './png-without-texts.js';

export interface ImageLimits {
  /** The most pixels a picture may have: width × height of its first frame or page. */
  readonly maxPixels: number;
}

/** What a file says about its picture, without a pixel decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  readonly mediaType: string;
  /** Pixels as displayed, EXIF orientation applied. */
  readonly width: number;
  /** Pixels as displayed, EXIF orientation applied. */
  readonly height: number;
  /** 1 to 8; 1 where the file has none. AVIF's own rotation is not EXIF and counts as 1. */
  readonly exifOrientation: number;
  /** Frames of an animation or pages of a document. Only the first is read. */
  readonly pages: number;
}

/** The longest side taken, in pixels: what libjpeg reads and writes, and 16-bit coordinates hold. */
export const MAX_SIDE_PIXELS = 65_500;

/**
 * Reads what a file says about its picture and refuses what cannot or must not be decoded. A file cut off behind
 * its header may pass here; decoding it fails.
 * @throws ImageRejectedError see its `reason`
 */
export async function readImageHeader(bytes: Buffer, limits: ImageLimits): Promise<ImageHeader> {
  return (await inspectImage(bytes, limits)).header;
}

/** The header with what only decoding needs to know. */
export interface ImageInspection {
  readonly header: ImageHeader;
  /** The file without what the decoding library would only lose time with. */
  readonly readable: Buffer;
  readonly isCmyk: boolean;
}

/** @throws ImageRejectedError as {@link readImageHeader} */
export async function inspectImage(bytes: Buffer, limits: ImageLimits): Promise<ImageInspection> {
  const format = detectImageFormat(bytes);
  // Before the library sees it: the library calls a huge picture damaged, or refuses it with a limit of its own.
  const declared = readDeclaredSize(bytes, format);
  if (declared) refuseTooManyPixels(declared, limits);
  const readable = format === 'png' ? pngWithoutTexts(bytes) : bytes;
  const metadata = await readMetadata(readable, format);
  refuseUnreadableVariant(metadata, format);
  refuseTooManyPixels(metadata, limits);
  const exifOrientation = validOrientation(metadata.orientation);
  const isTurned = exifOrientation >= 5;
  return {
    header: {
      format,
      mediaType: IMAGE_MEDIA_TYPES[format],
      width: isTurned ? metadata.height : metadata.width,
      height: isTurned ? metadata.width : metadata.height,
      exifOrientation,
      pages: metadata.pages ?? 1,
    },
    readable,
    isCmyk: metadata.space === 'cmyk',
  };
}

/** Files in the wild have orientations that EXIF doesn't know; viewers show them as they are stored. */
function validOrientation(orientation: number | undefined): number {
  return orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** Runs a step of the decoding library and tells its failure as a damaged picture. */
export async function rejectAsCorrupt<T>(format: ImageFormat, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new ImageRejectedError(
      'corrupt',
      `expected a whole ${IMAGE_MEDIA_TYPES[format]} picture, got one that is damaged, cut off or of a rare kind ` +
        `(${causeInWords(error)}): save or upload it again`,
      { cause: error },
    );
  }
}

function readMetadata(bytes: Buffer, format: ImageFormat): Promise<Metadata> {
  return rejectAsCorrupt(format, () =>
    // The limit is ours to enforce, with an error that names it.
    sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata(),
  );
}

function refuseTooManyPixels(size: DeclaredSize, limits: ImageLimits): void {
  const { width, height } = size;
  if (width * height > limits.maxPixels) {
    throw new ImageRejectedError(
      'too_many_pixels',
      `expected at most ${limits.maxPixels} pixels, got ${width} × ${height} = ${width * height}: ` +
        'send a smaller picture',
    );
  }
  if (Math.max(width, height) > MAX_SIDE_PIXELS) {
    throw new ImageRejectedError(
      'too_many_pixels',
      `expected sides of at most ${MAX_SIDE_PIXELS} pixels, got ${width} × ${height}: send a smaller picture`,
    );
  }
}

/** Samples of other depths (floating point, 32 bits) have no agreed range from black to white. */
function refuseUnreadableVariant(metadata: Metadata, format: ImageFormat): void {
  if (metadata.compression !== undefined && metadata.compression !== 'av1' && format === 'avif') {
    throw unsupportedVariant(`an AVIF container with ${metadata.compression} inside`);
  }
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    throw unsupportedVariant(`${IMAGE_MEDIA_TYPES[format]} with ${metadata.depth} samples`);
  }
}

function unsupportedVariant(what: string): ImageRejectedError {
  return new ImageRejectedError(
    'unsupported_format',
    `expected a ${IMAGE_FORMATS_IN_WORDS} picture of 8 or 16 bits a channel, got ${what}: convert it first`,
  );
}

/** The library's last word; the lines before it tell how it got there. */
function causeInWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !line.includes('bad seek'));
  return (lines.at(-1) ?? message).trim().replace(/:$/, '');
}
