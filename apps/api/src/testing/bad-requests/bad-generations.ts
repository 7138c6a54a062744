import { TEXT_ONLY } from '../generator-model.js';
import { type BadRequest, bad, form, json, jsonText, type Material, type Part, raw } from './bad-request.js';

const path = '/v1/generation';
const asked = (fields: object) => ({ ...json({ prompt: 'a red boat', ...fields }), path });
const text = (fields: string) => ({ ...jsonText(`{"prompt":"a red boat",${fields}}`), path });
const inForm = (...parts: Part[]) => ({ ...form(parts), path });
const promptPart = { name: 'prompt', content: 'a red boat' };

/** Requests for pictures that can't be made. */
export function badGenerations(material: Material): BadRequest[] {
  return [
    ...badTexts(),
    ...badNumbers(),
    ...badSeeds(),
    ...badPicturesToBeginWith(material),
    ...badBodies(material),
  ];
}

function badTexts(): BadRequest[] {
  const long = 'a'.repeat(10_001);
  const isTextOrList = /"prompt" must be a text of 0 to 10000 characters or a list of 1 to 64 entries, got/;
  return [
    bad(
      'no prompt',
      { ...json({ steps: 5 }), path },
      'invalid_field',
      /"prompt" is missing; it takes a text of 0 to/,
    ),
    bad(
      'no prompt in a form',
      inForm({ name: 'steps', content: '5' }),
      'invalid_field',
      /"prompt" is missing/,
    ),
    bad('a prompt that is a number', asked({ prompt: 5 }), 'invalid_field', isTextOrList),
    bad('a prompt that is null', asked({ prompt: null }), 'invalid_field', isTextOrList),
    bad('an object as prompt', asked({ prompt: { text: 'a' } }), 'invalid_field', isTextOrList),
    bad(
      'a prompt of 10,001 characters',
      asked({ prompt: long }),
      'invalid_field',
      /"prompt" must be a text of 0 to 10000 characters, got 10001 characters/,
    ),
    bad(
      'one of several prompts that is too long',
      asked({ prompt: ['a', long] }),
      'invalid_field',
      /"prompt\/1" must be a text of 0 to 10000 characters, got 10001 characters/,
    ),
    bad(
      'one of several prompts that is none',
      asked({ prompt: ['a', 5] }),
      'invalid_field',
      /"prompt\/1" .*got 5/,
    ),
    bad(
      'a list without prompts',
      asked({ prompt: [] }),
      'invalid_field',
      /"prompt" must be a list of 1 to 64/,
    ),
    bad(
      '65 prompts',
      asked({ prompt: Array.from({ length: 65 }, () => 'a') }),
      'invalid_field',
      /"prompt" may have 64 entries, got 65/,
    ),
    bad(
      '65 prompts in a form',
      inForm(...Array.from({ length: 65 }, () => promptPart)),
      'invalid_field',
      /"prompt" may have 64 entries, got 65/,
    ),
    bad(
      'fewer negative prompts than prompts',
      asked({ prompt: ['a', 'b', 'c'], negative_prompt: ['x', 'y'] }),
      'invalid_field',
      /one for each prompt: there are 3 prompts, 2 came/,
    ),
    bad('a slip of the pen', asked({ promt: 'a' }), 'unknown_field', /"promt". Did you mean "prompt"/),
    bad('a field of another task', asked({ outputs: ['overlay'] }), 'unknown_field', /"outputs"/),
  ];
}

function badNumbers(): BadRequest[] {
  const steps = /"steps" must be a whole number from 1 to 1000, got/;
  const guidance = /"guidance_scale" must be a number from 0 to 100, got/;
  const sized = (width: number) => asked({ width });
  return [
    bad('no steps', asked({ steps: 0 }), 'invalid_field', steps),
    bad('ten thousand steps', asked({ steps: 10_000 }), 'invalid_field', steps),
    bad('half a step', asked({ steps: 1.5 }), 'invalid_field', steps),
    bad(
      'a width of 65',
      sized(65),
      'option_not_supported',
      /takes a multiple of 8 from 64 to 1024 as "width", 65 came, nearest are 64 and 72/,
    ),
    bad('a width below all', sized(8), 'option_not_supported', /as "width", 8 came, nearest is 64/),
    bad('a width above all', sized(2000), 'option_not_supported', /as "width", 2000 came, nearest is 1024/),
    bad(
      'a width of nothing',
      sized(0),
      'invalid_field',
      /"width" must be a whole number from 8 to 4096, got 0/,
    ),
    bad('an endless width', text('"width":1e999'), 'invalid_field', /"width" must be .*got Infinity/),
    bad(
      'guidance that is no number, in a form',
      inForm(promptPart, { name: 'guidance_scale', content: 'NaN' }),
      'invalid_field',
      guidance,
    ),
    bad('endless guidance', text('"guidance_scale":1e999'), 'invalid_field', guidance),
    bad('guidance below nothing', asked({ guidance_scale: -1 }), 'invalid_field', guidance),
    bad(
      'a thousand pictures',
      asked({ count: 1000 }),
      'invalid_field',
      /"count" must be a whole number from 1 to 64, got 1000/,
    ),
    bad(
      'too many pictures of all prompts',
      asked({ prompt: ['a', 'b'], count: 33 }),
      'invalid_field',
      /makes up to 64 pictures; 2 prompts with a "count" of 33 ask for 66/,
    ),
    bad(
      'an unknown scheduler',
      asked({ scheduler: 'eulr' }),
      'invalid_field',
      /"scheduler" must be one of ddim, /,
    ),
  ];
}

function badSeeds(): BadRequest[] {
  const seed = /"seed" must be a whole number from 0 to 9007199254740991, got/;
  return [
    bad('a seed below nothing', asked({ seed: -1 }), 'invalid_field', seed),
    bad('a seed that JSON has no exact number for', asked({ seed: 2 ** 53 }), 'invalid_field', seed),
    bad('a seed with a fraction', asked({ seed: 1.5 }), 'invalid_field', seed),
    bad(
      'a seed that is a text',
      asked({ seed: '7' }),
      'invalid_field',
      /"seed" must be .* or a list of 1 to 64 entries/,
    ),
    bad(
      'a bad seed in a list',
      asked({ seed: [1, -1] }),
      'invalid_field',
      /"seed\/1" must be a whole number/,
    ),
    bad(
      'more seeds than pictures',
      asked({ prompt: ['a', 'b'], count: 2, seed: [1, 2, 3, 4, 5] }),
      'invalid_field',
      /prompts × count are 2 × 2 = 4 pictures, 5 seeds came/,
    ),
    bad(
      'more seeds than any job has pictures',
      asked({ seed: Array(65).fill(1) }),
      'invalid_field',
      /64 entries, got 65/,
    ),
  ];
}

function badPicturesToBeginWith({ photo }: Material): BadRequest[] {
  const image = { base64: photo.toString('base64') };
  return [
    bad(
      'strength without a picture',
      asked({ strength: 0.5 }),
      'invalid_field',
      /no "image" came. Send one, or leave/,
    ),
    bad(
      'too much strength',
      asked({ image, strength: 1.5 }),
      'invalid_field',
      /"strength" must be a number from 0 to 1/,
    ),
    bad(
      'a picture for a model that begins with noise alone',
      asked({ image, model: TEXT_ONLY }),
      'option_not_supported',
      /cannot do image_to_image; it can do text_to_image. Models that can: generator/,
    ),
    bad('null as a picture', asked({ image: null }), 'invalid_field', /"image" takes .* got null/),
    bad(
      'two pictures',
      inForm(promptPart, picturePart(photo), picturePart(photo)),
      'invalid_field',
      /Two pictures/,
    ),
    bad(
      'bytes that are no picture',
      inForm(promptPart, picturePart(Buffer.from('not a picture'))),
      'unsupported_image',
      /./,
    ),
  ];
}

const picturePart = (content: Buffer): Part => ({ name: 'image', fileName: 'a.png', content });

function badBodies({ photo }: Material): BadRequest[] {
  return [
    bad(
      'a picture alone',
      { ...raw(photo), path: `${path}?prompt=a` },
      'unsupported_media_type',
      /A picture alone says nothing of what is to be made.*"image\/png" came/,
    ),
    bad('an empty body', { ...jsonText(''), path }, 'malformed_json', /{"prompt": "…"}/),
    bad(
      'fields in the query',
      { ...asked({}), path: `${path}?steps=5` },
      'unknown_field',
      /Put fields into the body/,
    ),
    bad(
      'a batch of generations',
      {
        ...json({ task: 'generation', images: [{ base64: photo.toString('base64') }] }),
        path: '/v1/batches',
      },
      'invalid_field',
      /"task" must be one of segmentation, detection/,
    ),
  ];
}
