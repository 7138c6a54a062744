import {
  type BadRequest,
  bad,
  form,
  json,
  jsonText,
  type Material,
  nestedLists,
  raw,
} from './bad-request.js';

const DEEP = 100_000;

/** A good picture with fields that are not. */
export function badFields({ photo }: Material): BadRequest[] {
  const writing = fieldWriter(photo);
  return [
    ...badNames(photo, writing),
    ...badOptions(writing),
    ...badKeepingTimes(writing),
    ...badPrioritiesAndDeadlines(writing),
    ...badModels(writing),
    ...badMetadata(writing),
    ...endlessFields(writing),
  ];
}

type FieldWriter = ReturnType<typeof fieldWriter>;

/** The ways to write fields beside a good picture. */
function fieldWriter(photo: Buffer) {
  const image = { base64: photo.toString('base64') };
  return {
    fields: (others: object) => json({ image, ...others }),
    text: (others: string) => jsonText(`{"image":${JSON.stringify(image)},${others}}`),
    inForm: (...others: [name: string, content: string][]) =>
      form([
        ...others.map(([name, content]) => ({ name, content })),
        { name: 'image', fileName: 'a.png', content: photo },
      ]),
  };
}

function badNames(photo: Buffer, { fields, text, inForm }: FieldWriter): BadRequest[] {
  return [
    bad(
      'a field with a slip of the pen',
      fields({ outptus: ['overlay'] }),
      'unknown_field',
      /"outptus".*"outputs"/,
    ),
    bad('a field in camelCase', fields({ keepSeconds: 60 }), 'unknown_field', /"keep_seconds"/),
    bad('a field in capitals, in a form', inForm(['Model', 'quick']), 'unknown_field', /"model"/),
    bad(
      'a field that is like no other',
      fields({ zebra: 1 }),
      'unknown_field',
      /"zebra".*Known fields are model,/,
    ),
    bad(
      'a field that is not built yet',
      fields({ webhook: 'https://example.org' }),
      'unknown_field',
      /"webhook"/,
    ),
    bad('many unknown fields', fields({ a1: 1, b2: 2, c3: 3, d4: 4, e5: 5 }), 'unknown_field', /2 more/),
    bad('an unknown field in the query', raw(photo, '?outputz=overlay'), 'unknown_field', /"outputs"/),
    bad(
      'a field of a form in the query',
      { ...inForm(), path: '/v1/segmentation?model=quick' },
      'unknown_field',
      /body/,
    ),
    bad('__proto__ as a field', text('"__proto__":{"model":"quick"}'), 'unknown_field', /"__proto__"/),
    bad('constructor as a field', text('"constructor":{"prototype":{}}'), 'unknown_field', /"constructor"/),
    bad('toString as a field', fields({ toString: 1 }), 'unknown_field', /"toString"/),
    bad('__proto__ as a part of a form', inForm(['__proto__', 'x']), 'malformed_multipart', /__proto__/),
    bad(
      'constructor as a part of a form',
      inForm(['constructor', 'x']),
      'malformed_multipart',
      /constructor/,
    ),
    bad('a part of a form with an empty name', inForm(['', 'x']), 'unknown_field', /""/),
  ];
}

function badOptions({ fields, inForm }: FieldWriter): BadRequest[] {
  return [
    bad(
      'an output that does not exist',
      fields({ outputs: ['overley'] }),
      'invalid_field',
      /one of .*overlay.*"overley"/,
    ),
    bad('an output twice', fields({ outputs: ['overlay', 'overlay'] }), 'invalid_field', /same entry twice/),
    bad(
      'outputs as a number',
      fields({ outputs: 7 }),
      'invalid_field',
      /"outputs" must be a list of 0 to 8 entries, got 7/,
    ),
    bad(
      'outputs as null',
      fields({ outputs: null }),
      'invalid_field',
      /must be a list of 0 to 8 entries, got null/,
    ),
    bad(
      'outputs as broken JSON in a form',
      inForm(['outputs', '["overlay"']),
      'invalid_field',
      /"outputs" takes JSON/,
    ),
    bad(
      'a format that is not made',
      fields({ output_format: 'gif' }),
      'invalid_field',
      /png, jpeg, webp.*"gif"/,
    ),
    bad(
      'a mode that the model has not',
      fields({ model: 'quick', mode: 'prompts' }),
      'option_not_supported',
      /can do semantic/,
    ),
  ];
}

function badPrioritiesAndDeadlines({ fields, inForm }: FieldWriter): BadRequest[] {
  return [
    bad('a priority of 11', fields({ priority: 11 }), 'invalid_field', /whole number from 0 to 10, got 11/),
    bad('a priority below 0', fields({ priority: -1 }), 'invalid_field', /whole number from 0 to 10, got -1/),
    bad('a priority in words', inForm(['priority', 'high']), 'invalid_field', /whole number .*got "high"/),
    bad('a deadline of 0', fields({ deadline_seconds: 0 }), 'invalid_field', /from 1 to 2592000, got 0/),
    bad('a deadline as a date', inForm(['deadline_seconds', '2030-01-01']), 'invalid_field', /whole number/),
    bad(
      'cancel_on_disconnect in words',
      inForm(['cancel_on_disconnect', 'yes']),
      'invalid_field',
      /"cancel_on_disconnect" must be true or false, got "yes"/,
    ),
  ];
}

function badKeepingTimes({ fields, inForm }: FieldWriter): BadRequest[] {
  return [
    bad(
      'a keeping time of 0',
      fields({ keep_seconds: 0 }),
      'invalid_field',
      /"keep_seconds" must be a whole number from 1 to \d+, got 0/,
    ),
    bad(
      'a keeping time of half seconds',
      fields({ keep_seconds: 1.5 }),
      'invalid_field',
      /whole number .*got 1.5/,
    ),
    bad(
      'a keeping time for ever',
      fields({ keep_seconds: 1e12 }),
      'invalid_field',
      /whole number from 1 to 31536000/,
    ),
    bad(
      'a keeping time in words',
      inForm(['keep_seconds', 'a day']),
      'invalid_field',
      /whole number .*got "a day"/,
    ),
    bad(
      'a keeping time twice',
      inForm(['keep_seconds', '1'], ['keep_seconds', '2']),
      'invalid_field',
      /2 times/,
    ),
  ];
}

function badModels({ fields }: FieldWriter): BadRequest[] {
  return [
    bad('a model that does not exist', fields({ model: 'quikc' }), 'model_not_found', /"quikc".*quick/),
    bad(
      'a model like a path',
      fields({ model: '../../etc/passwd' }),
      'model_not_found',
      /etc\/passwd.*quick/,
    ),
    bad('a model with a NUL', fields({ model: 'quick\0' }), 'model_not_found', /quick/),
    bad(
      'a model without a name',
      fields({ model: '' }),
      'invalid_field',
      /"model" must be a text of 1 to 128 characters, got ""/,
    ),
    bad('a model that is a number', fields({ model: 7 }), 'invalid_field', /text .*got 7/),
    bad('a model with a very long name', fields({ model: 'm'.repeat(5000) }), 'invalid_field', /128/),
  ];
}

function badMetadata({ fields, text, inForm }: FieldWriter): BadRequest[] {
  return [
    bad(
      'metadata that is a list',
      fields({ metadata: [1] }),
      'invalid_field',
      /"metadata" must be an object, got \[1\]/,
    ),
    bad('metadata that is text', inForm(['metadata', 'hello']), 'invalid_field', /"metadata" takes JSON/),
    bad(
      'metadata that is too big',
      fields({ metadata: { a: 'x'.repeat(5000) } }),
      'invalid_field',
      /4096 bytes/,
    ),
    bad(
      'metadata that is too deep',
      text(`"metadata":{"a":${nestedLists(20)}}`),
      'invalid_field',
      /16 levels/,
    ),
    bad(
      'metadata of endless levels',
      text(`"metadata":{"a":${nestedLists(DEEP)}}`),
      'invalid_field',
      /16 levels/,
    ),
    bad(
      'metadata of endless levels in a form',
      inForm(['metadata', nestedLists(DEEP)]),
      'invalid_field',
      /16 levels/,
    ),
  ];
}

function endlessFields({ fields, text }: FieldWriter): BadRequest[] {
  return [
    bad(
      'outputs of endless levels',
      text(`"outputs":${nestedLists(DEEP)}`),
      'invalid_field',
      /"outputs" may be nested 16 levels/,
    ),
    bad(
      'an unknown field of endless levels',
      text(`"depth":${nestedLists(DEEP)}`),
      'unknown_field',
      /"depth"/,
    ),
    bad(
      'a hundred thousand outputs, each of which would be compared with each',
      fields({ outputs: Array.from({ length: 100_000 }, () => 'overlay') }),
      'invalid_field',
      /"outputs" may have 8 entries, got 100000/,
    ),
    bad(
      'metadata of twenty thousand names',
      fields({ metadata: manyFields(20_000) }),
      'invalid_field',
      /"metadata" may have 1024 entries, got 20000/,
    ),
    bad('twenty thousand unknown fields', fields(manyFields(20_000)), 'unknown_field', /997 more/),
    bad(
      'an unknown field whose name has a megabyte',
      fields({ ['n'.repeat(2 ** 20)]: 1 }),
      'unknown_field',
      /…"/,
    ),
    bad('a thousand unknown fields', fields(manyFields(1000)), 'unknown_field', /997 more/),
    bad('an unknown field with a very long name', fields({ ['n'.repeat(10_000)]: 1 }), 'unknown_field', /…"/),
  ];
}

function manyFields(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`field_number_${i}`, i]));
}
