import { type BadRequest, bad, json, jsonText, type Material, nestedLists } from './bad-request.js';

const UNKNOWN_JOB = 'job_01JD8Z3V9QXXXXXXXXXXXXXXXX';

const image = (value: unknown) => json({ image: value });
const invalid = (name: string, value: unknown, says: RegExp) =>
  bad(name, image(value), 'invalid_field', says);

/** `image` of a JSON body in forms that name no picture. */
export function badImageFields({ photo, jobId }: Material): BadRequest[] {
  const base64 = photo.toString('base64');
  return [...badForms(base64, jobId), ...badBase64(base64), ...badReferences(jobId)];
}

function badForms(base64: string, jobId: string): BadRequest[] {
  return [
    bad('no image', json({ model: 'quick' }), 'image_missing', /"model" came/),
    bad('nothing at all', json({}), 'image_missing', /nothing came/),
    bad('the picture under another name', json({ picture: { base64 } }), 'image_missing', /"picture" came/),
    invalid('a number', 7, /data: URL.*got a number/),
    invalid('null', null, /got null/),
    invalid('a list', [{ base64 }, { base64 }], /got a list: one job takes one picture/),
    invalid('an object of nothing', {}, /exactly one of them/),
    invalid('two sources', { base64, job: jobId }, /exactly one of them, got the keys base64, job/),
    invalid('an artifact of no job', { artifact: 'overlay.jpg' }, /exactly one of them/),
  ];
}

function badBase64(base64: string): BadRequest[] {
  return [
    invalid('base64 without its wrapping', base64, /Base64 .* goes into \{"base64"/),
    invalid('a file name', 'photo.jpg', /data: URL/),
    invalid('base64 that is a number', { base64: 7 }, /"image\/base64" must be a text, got 7/),
    invalid(
      'base64 with junk in it',
      { base64: `${base64.slice(0, 40)}*!${base64.slice(40)}` },
      /characters/,
    ),
    invalid('base64 that was cut', { base64: base64.slice(0, 41) }, /cut/),
    invalid('base64 with a pad in the middle', { base64: 'iVBO==Rw' }, /characters/),
    invalid('a data URL without a comma', 'data:image/png;base64', /comma/),
    invalid(
      'a data URL that is not base64',
      'data:image/svg+xml,%3Csvg%3E',
      /base64: data:image\/png;base64,/,
    ),
    bad('an empty base64', image({ base64: '' }), 'image_missing', /0 bytes/),
    bad('an empty data URL', image('data:image/png;base64,'), 'image_missing', /0 bytes/),
    bad('a data URL of text', image('data:text/plain;base64,SGVsbG8='), 'unsupported_image', /"Hello"/),
    bad(
      'a key with a slip of the pen',
      image({ bas64: base64 }),
      'unknown_field',
      /"image\/bas64".*"base64"/,
    ),
  ];
}

function badReferences(jobId: string): BadRequest[] {
  return [
    bad('a URL with a password', image({ url: 'https://a:b@example.org/' }), 'url_not_allowed', /password/),
    bad('a URL of metadata, as text', image('http://169.254.169.254/'), 'url_not_allowed', /cloud metadata/),
    bad('a URL of a file', image('file:///etc/passwd'), 'url_not_allowed', /begins with "file:"/),
    invalid('a URL and base64', { url: 'https://example.org/', base64: '' }, /got the keys url, base64/),
    invalid(
      'a URL and an artifact',
      { url: 'https://example.org/', artifact: 'x' },
      /got the keys url, artifact/,
    ),
    invalid('a URL that is a list', { url: [] }, /"image\/url" must be a text/),
    invalid('a path of another system', 'C:\\photo.jpg', /none of these/),
    bad('a job that does not exist', image({ job: UNKNOWN_JOB }), 'job_not_found', new RegExp(UNKNOWN_JOB)),
    bad('a job like a path', image({ job: '../../etc/passwd' }), 'job_not_found', /etc\/passwd/),
    bad('a job with a very long id', image({ job: 'job_'.repeat(5000) }), 'job_not_found', /job_/),
    bad('a job that is a number', image({ job: 7 }), 'invalid_field', /"image\/job" must be a text/),
    bad(
      'an artifact that does not exist',
      image({ job: jobId, artifact: 'x.png' }),
      'artifact_not_found',
      /segmentation_map/,
    ),
    bad(
      'an artifact like a path',
      image({ job: jobId, artifact: '../x' }),
      'artifact_not_found',
      /segmentation_map/,
    ),
    bad(
      'an artifact that is no picture',
      image({ job: jobId, artifact: 'logits.npy' }),
      'unsupported_image',
      /NumPy/,
    ),
    bad(
      'lists of endless levels',
      jsonText(`{"image":${nestedLists(100_000)}}`),
      'invalid_field',
      /got a list/,
    ),
    bad(
      'base64 of endless levels',
      jsonText(`{"image":{"base64":${nestedLists(100_000)}}}`),
      'invalid_field',
      /16 levels/,
    ),
  ];
}
