import {
  type BadRequest,
  BOUNDARY,
  bad,
  form,
  formBytes,
  formOfBytes,
  json,
  jsonText,
  type Material,
  nestedLists,
  type Part,
  raw,
} from './bad-request.js';

/** Bodies that cannot be read, are of the wrong kind, or are too large. */
export function badBodies(material: Material): BadRequest[] {
  return [
    ...badJson(material),
    ...brokenForms(material),
    ...wrongParts(material),
    ...badTypes(material),
    ...tooLarge(material),
  ];
}

function badJson({ photo }: Material): BadRequest[] {
  const good = JSON.stringify({ image: { base64: photo.toString('base64') } });
  return [
    bad('JSON that breaks off', jsonText(good.slice(0, -10)), 'malformed_json', /not: /),
    bad(
      'JSON with a comma too many',
      jsonText('{"model": "quick",}'),
      'malformed_json',
      /not: .*JSON.*commas/,
    ),
    bad('JSON in single quotes', jsonText("{'model': 'quick'}"), 'malformed_json', /not: /),
    bad('a form that says it is JSON', jsonText('image=photo.jpg'), 'malformed_json', /not: /),
    bad('a picture that says it is JSON', jsonText(photo), 'malformed_json', /not: /),
    bad('nothing that says it is JSON', jsonText(''), 'malformed_json', /empty/),
    bad('JSON that is a list', json([good]), 'invalid_field', /object .*got a list/),
    bad('JSON that is null', json(null), 'invalid_field', /object .*got null/),
    bad('JSON that is text', json('photo.jpg'), 'invalid_field', /object .*got a string/),
    bad('JSON that is a number', json(7), 'invalid_field', /object .*got a number/),
    bad('JSON of endless lists', jsonText(nestedLists(100_000)), 'invalid_field', /object .*got a list/),
  ];
}

/** Forms that cannot be read, or have nothing in them. */
function brokenForms({ photo }: Material): BadRequest[] {
  const good = formBytes([MODEL, filePart(photo)]);
  const noName = `--${BOUNDARY}\r\ncontent-disposition: form-data\r\n\r\nx\r\n--${BOUNDARY}--\r\n`;
  return [
    bad(
      'a form without a boundary',
      formOfBytes(good, 'multipart/form-data'),
      'malformed_multipart',
      /boundary/i,
    ),
    bad(
      'a form with another boundary',
      formOfBytes(good, 'multipart/form-data; boundary=zz'),
      'malformed_multipart',
      /-F/,
    ),
    bad(
      'a form that breaks off in the picture',
      formOfBytes(good.subarray(0, -90)),
      'malformed_multipart',
      /-F/,
    ),
    bad('a form that breaks off in a head', formOfBytes(good.subarray(0, 40)), 'malformed_multipart', /-F/),
    bad(
      'a form whose boundary has 255 characters',
      formOfBytes('', `multipart/form-data; boundary=${'x'.repeat(255)}`),
      'malformed_multipart',
      /-F/,
    ),
    bad('a form of no bytes', formOfBytes(''), 'image_missing', /nothing came/),
    bad('a form of no parts', form([]), 'image_missing', /nothing came/),
    bad('a form that is text', formOfBytes('image=photo.jpg'), 'malformed_multipart', /-F/),
    bad('a form whose part has no name', formOfBytes(noName), 'malformed_multipart', /no name/),
  ];
}

/** Whole forms whose parts are not one picture and its fields. */
function wrongParts({ photo }: Material): BadRequest[] {
  const file = filePart(photo);
  const many = (part: (i: number) => Part) => form([...Array.from({ length: 100 }, (_, i) => part(i)), file]);
  return [
    bad('a form without a picture', form([MODEL]), 'image_missing', /"model" came/),
    bad(
      'a form whose image is empty text',
      form([{ name: 'image', content: '' }]),
      'invalid_field',
      /none of these.*-F image=@/,
    ),
    bad(
      'a picture under another name',
      form([{ ...file, name: 'file' }]),
      'image_missing',
      /"image".*"file"/,
    ),
    bad('two pictures', form([file, file]), 'invalid_field', /Two pictures/),
    bad(
      'two pictures of two names',
      form([file, { ...file, name: 'image2' }]),
      'invalid_field',
      /Two pictures/,
    ),
    bad(
      'a picture as file and as text',
      form([{ name: 'image', content: '{}' }, file]),
      'invalid_field',
      /Two pictures/,
    ),
    bad('two pictures as text', form([text('{}'), text('{}')]), 'invalid_field', /Two pictures/),
    bad(
      '100 fields',
      many((i) => ({ name: `f${i}`, content: 'x' })),
      'malformed_multipart',
      /more parts/,
    ),
    bad(
      '100 pictures',
      many(() => file),
      'invalid_field',
      /Two pictures/,
    ),
    bad(
      'a part of JSON that is nested without end',
      form([{ name: 'metadata', contentType: 'application/json', content: nestedLists(10_000) }, file]),
      'invalid_field',
      /"metadata" may be nested 16 levels deep/,
    ),
    bad('a picture as text that is no JSON', form([text('{"base64"')]), 'invalid_field', /looks like JSON/),
    bad('a file name instead of a file', form([text('@photo.jpg')]), 'invalid_field', /data: URL/),
  ];
}

const MODEL: Part = { name: 'model', content: 'quick' };

function filePart(content: Buffer): Part {
  return { name: 'image', fileName: 'a.png', content };
}

function text(content: string): Part {
  return { name: 'image', content };
}

function badTypes({ photo }: Material): BadRequest[] {
  const typed = (type: string, body: Buffer | string = photo) => ({
    headers: { 'content-type': type },
    body,
  });
  const advice = (came: string) => new RegExp(`multipart/form-data, application/json .*${came}`);
  return [
    bad('text', typed('text/plain', 'hello'), 'unsupported_media_type', advice('"text/plain" came')),
    bad(
      'a form of a web page',
      typed('application/x-www-form-urlencoded', 'image=1'),
      'unsupported_media_type',
      advice('urlencoded'),
    ),
    bad(
      'a picture as bytes',
      typed('application/octet-stream'),
      'unsupported_media_type',
      advice('octet-stream'),
    ),
    bad('a video', typed('video/mp4'), 'unsupported_media_type', advice('video/mp4')),
    bad('a type that is none', typed('picture'), 'unsupported_media_type', advice('"picture" came')),
    bad(
      'another kind of multipart',
      typed('multipart/mixed; boundary=a'),
      'unsupported_media_type',
      advice('mixed'),
    ),
    bad('bytes without a type', { body: photo }, 'unsupported_media_type', advice('has none')),
    bad('no body and no type', { method: 'POST' }, 'unsupported_media_type', advice('has none')),
  ];
}

function tooLarge({ photo, maxUploadBytes }: Material): BadRequest[] {
  const large = Buffer.alloc(3 * maxUploadBytes, photo);
  const base64 = large.toString('base64');
  const slightly = Buffer.alloc(maxUploadBytes + 10, photo).toString('base64');
  const claim = `POST /v1/segmentation HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n`;
  const file = form([{ name: 'image', fileName: 'a.png', content: large }]);
  return [
    bad('a picture that is too large', raw(large), 'upload_too_large', /MAX_UPLOAD_BYTES/),
    bad(
      'a picture of unknown length that is too large',
      { ...raw(large), chunked: true },
      'upload_too_large',
      /MAX_UPLOAD/,
    ),
    bad('a length of 100 GB', { literal: claim }, 'upload_too_large', /MAX_UPLOAD_BYTES/),
    bad('a form whose picture is too large', file, 'upload_too_large', new RegExp(`${maxUploadBytes} bytes`)),
    bad('the same of unknown length', { ...file, chunked: true }, 'upload_too_large', /MAX_UPLOAD_BYTES/),
    bad('a text part that is too large', form([text(base64)]), 'upload_too_large', /MAX_UPLOAD_BYTES/),
    bad(
      'text parts that are too large together',
      form(
        Array.from({ length: 9 }, (_, i) => ({
          name: `f${i}`,
          content: base64.slice(0, maxUploadBytes / 4),
        })),
      ),
      'upload_too_large',
      /MAX_UPLOAD_BYTES/,
    ),
    bad('base64 that is too large', json({ image: { base64 } }), 'upload_too_large', /MAX_UPLOAD_BYTES/),
    bad(
      'base64 that is a little too large',
      json({ image: { base64: slightly } }),
      'upload_too_large',
      /1000010 came/,
    ),
    bad(
      'a data URL that is too large',
      json({ image: `data:image/png;base64,${slightly}` }),
      'upload_too_large',
      /came/,
    ),
    bad(
      'another file part that is too large',
      form([{ name: 'file', fileName: 'a', content: large }]),
      'image_missing',
      /"file"/,
    ),
  ];
}
