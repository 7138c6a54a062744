import { crc32, deflateSync } from 'node:zlib';
import { type BadRequest, bad, form, type Material, raw } from './bad-request.js';

/** Bytes that are no picture, or none that is taken. */
export function badPictures(material: Material): BadRequest[] {
  return [...foreignBytes(), ...badFiles(material)];
}

function foreignBytes(): BadRequest[] {
  const file = (fileName: string, content: Buffer | string) => form([{ name: 'image', fileName, content }]);
  const formats = /PNG, JPEG, WebP, TIFF, AVIF or GIF/;
  return [
    bad('an empty body that says it is a picture', raw(''), 'image_missing', /0 bytes/),
    bad('a file part of 0 bytes', file('photo.jpg', ''), 'image_missing', /0 bytes/),
    bad(
      'text renamed to .jpg',
      file('photo.jpg', 'Dear diary,\ntoday …'),
      'unsupported_image',
      /text .*"Dear diary,/,
    ),
    bad('text in UTF-16', raw(Buffer.from('\ufeffDear diary', 'utf16le')), 'unsupported_image', /text/),
    bad('an HTML page', raw('<!DOCTYPE html><title>404</title>'), 'unsupported_image', /HTML/),
    bad('an SVG', raw('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported_image', /SVG/),
    bad(
      'an SVG behind an XML head',
      raw('<?xml version="1.0"?>\n<svg width="1"/>'),
      'unsupported_image',
      /SVG/,
    ),
    bad('a PDF', raw('%PDF-1.7\n%âãÏÓ'), 'unsupported_image', /PDF/),
    bad('a HEIC', raw(bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic')), 'unsupported_image', /HEIC/),
    bad('a BMP', raw(bytes('BM\x46\0\0\0\0\0\0\0\x36\0\0\0')), 'unsupported_image', /BMP/),
    bad('a ZIP', raw(bytes('PK\x03\x04\x14\0\0\0\0\0')), 'unsupported_image', /ZIP/),
    bad('a video', raw(bytes('\0\0\0\x18ftypisom\0\0\x02\0isomiso2')), 'unsupported_image', /video/),
    bad('bytes of no format', raw(Buffer.from('00ff13374242c0de99', 'hex')), 'unsupported_image', formats),
    bad('zeros', raw(Buffer.alloc(1000)), 'unsupported_image', formats),
  ];
}

/** Cut off, or claiming a size that is none. */
function badFiles({ photo, jpeg }: Material): BadRequest[] {
  return [
    bad(
      'the signature of a PNG and no more',
      raw(photo.subarray(0, 8)),
      'unsupported_image',
      /image\/png .*again/,
    ),
    bad('a PNG cut off in its header', raw(photo.subarray(0, 20)), 'unsupported_image', /image\/png .*again/),
    bad(
      'a JPEG cut off in its header',
      raw(jpeg.subarray(0, 30)),
      'unsupported_image',
      /image\/jpeg .*again/,
    ),
    bad('a PNG without width', raw(png(0, 40)), 'unsupported_image', /image\/png .*again/),
    bad(
      'a tiny PNG that claims 60000 × 60000',
      raw(png(60_000, 60_000)),
      'image_too_many_pixels',
      /60000 × 60000/,
    ),
    bad(
      'a tiny GIF that claims 65535 × 65535',
      raw(gif(65_535, 65_535)),
      'image_too_many_pixels',
      /65535 × 65535/,
    ),
    bad(
      'a tiny JPEG that claims 65500 × 65500',
      raw(hugeJpeg(jpeg)),
      'image_too_many_pixels',
      /65500 × 65500/,
    ),
    bad(
      'a picture that is too long for the format of its overlay',
      form([
        { name: 'output_format', content: 'webp' },
        { name: 'outputs', content: 'overlay' },
        { name: 'image', fileName: 'a.png', content: png(20_000, 1) },
      ]),
      'invalid_field',
      /WebP picture has 16383 pixels a side .* 20000 × 1: ask for "jpeg" or "png"/,
    ),
    bad('a PNG of one row that is too long', raw(png(70_000, 1)), 'image_too_many_pixels', /65500 pixels/),
  ];
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A PNG whose header claims a size and whose pixels are missing. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([bytes('\x89PNG\r\n\x1a\n'), ...chunks]);
}

function chunk(type: string, content: Buffer): Buffer {
  const frame = Buffer.alloc(content.length + 12);
  frame.writeUInt32BE(content.length, 0);
  frame.write(type, 4, 'latin1');
  frame.set(content, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, -4)), content.length + 8);
  return frame;
}

function gif(width: number, height: number): Buffer {
  const head = bytes('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return head;
}

/** A picture whose frame header (SOF0) claims another size. */
function hugeJpeg(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf(Buffer.of(0xff, 0xc0));
  copy.writeUInt16BE(65_500, frame + 5);
  copy.writeUInt16BE(65_500, frame + 7);
  return copy;
}
