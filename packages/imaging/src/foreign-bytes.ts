import { beginsWith } from './byte-signature.js';

const SIGNATURES: readonly (readonly [signature: string, description: string])[] = [
  ['%PDF-', 'a PDF document'],
  ['%!PS', 'a PostScript document'],
  ['BM????\0\0\0\0', 'a BMP picture'],
  ['\0\0\x01\0?\0', 'an icon (ICO)'],
  ['\0\0\x02\0?\0', 'a cursor (CUR)'],
  ['\0\0\0\x0cjP  \r\n', 'a JPEG 2000 picture'],
  ['\xff\x4f\xff\x51', 'a JPEG 2000 picture'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['8BPS', 'a Photoshop document'],
  ['gimp xcf', 'a GIMP document'],
  ['P?\n', 'a PNM picture'],
  ['#?RADIANCE', 'a Radiance HDR picture'],
  ['v/1\x01', 'an OpenEXR picture'],
  ['SIMPLE  =', 'a FITS file'],
  [`${'?'.repeat(128)}DICM`, 'a DICOM file'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['\x1f\x8b', 'gzip-compressed data'],
  ['\x93NUMPY', 'a NumPy array'],
  ['\x1aE\xdf\xa3', 'a video'],
  ['RIFF????AVI ', 'a video'],
  // Brands of the ISO base media format that aren't AVIF.
  ['????ftyphei', 'a HEIC picture'],
  ['????ftyphev', 'a HEIC picture'],
  ['????ftypmif1', 'a HEIC picture'],
  ['????ftypmsf1', 'a HEIC picture'],
  ['????ftyp', 'a video'],
];

/**
 * What bytes that are none of the formats taken look like, as a phrase with its article: `an SVG document`,
 * `text (it begins with "…")`.
 */
export function describeForeignBytes(bytes: Buffer): string {
  for (const [signature, description] of SIGNATURES) if (beginsWith(bytes, signature)) return description;
  return describeText(bytes) ?? `an unknown format (it begins with the bytes ${bytes.toString('hex', 0, 8)})`;
}

function describeText(bytes: Buffer): string | undefined {
  const text = textOf(bytes)
    ?.replace(/^\ufeff/, '')
    .trimStart();
  if (text === undefined) return undefined;
  if (/<svg[\s>:]/i.test(text)) return 'an SVG document';
  if (/^<(!doctype html|html)/i.test(text)) return 'an HTML document';
  if (/^<\?xml/i.test(text)) return 'an XML document';
  const firstWords = text.slice(0, 24).replace(/\s+/g, ' ').trim();
  return firstWords === '' ? 'blank text' : `text (it begins with ${JSON.stringify(firstWords)})`;
}

/** The first kilobyte when it is text: UTF-8, or UTF-16 with its byte order mark. */
function textOf(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 1024);
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le').decode(start);
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder('utf-16be').decode(start);
  try {
    // `stream` lets the cut fall within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return hasControlCharacters(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function hasControlCharacters(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && !(code >= 9 && code <= 13)) return true;
  }
  return false;
}
