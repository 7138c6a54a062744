import { GENERATOR } from '../generator-model.js';
import { PROMPTABLE } from '../promptable-model.js';
import { type BadRequest, bad, form, json, jsonText, type Material } from './bad-request.js';

const path = '/v1/analysis';
const CONCEPTS = ['a red star', 'a blue circle'];

/** Requests for analyses that can't be made. */
export function badAnalyses({ photo }: Material): BadRequest[] {
  const image = { base64: photo.toString('base64') };
  const asked = (fields: object) => ({ ...json({ image, concepts: CONCEPTS, ...fields }), path });
  const generated = (generate: unknown, fields: object = {}) => ({
    ...json({ generate, concepts: CONCEPTS, ...fields }),
    path,
  });
  return [
    ...badConcepts(asked, photo),
    ...badRegions(asked),
    ...badModels(asked),
    ...badGenerated(generated, asked),
  ];
}

type Asked = (fields: object) => BadRequest['send'];

function badConcepts(asked: Asked, photo: Buffer): BadRequest[] {
  const many = Array.from({ length: 10_000 }, (_, i) => `concept ${i}`);
  const image = { name: 'image', fileName: 'a.png', content: photo };
  const manyParts = many.slice(0, 1001).map((content) => ({ name: 'concepts', content }));
  const isText = /"concepts\/1" must be a text of 1 to 1000 characters, got/;
  return [
    bad('no concepts', asked({ concepts: undefined }), 'invalid_field', /no "concepts" to compare/),
    bad('an empty list of concepts', asked({ concepts: [] }), 'invalid_field', /must be a list of 1 to 1000/),
    bad(
      '10,000 concepts',
      asked({ concepts: many }),
      'invalid_field',
      /"concepts" may have 1000 entries, got 10000/,
    ),
    bad(
      '1,001 concepts in a form, a field each',
      { ...form([image, ...manyParts]), path },
      'malformed_multipart',
      /parts|fields/,
    ),
    bad('an empty concept', asked({ concepts: ['a', ''] }), 'invalid_field', isText),
    bad('a blank concept', asked({ concepts: ['a', ' \t\n'] }), 'invalid_field', /"concepts\/1" is blank/),
    bad('a concept that is a number', asked({ concepts: ['a', 5] }), 'invalid_field', isText),
    bad('a long concept', asked({ concepts: ['a', 'a'.repeat(1001)] }), 'invalid_field', isText),
    bad('a template without a place', asked({ template: 'a photo' }), 'invalid_field', /"template"/),
    bad('a long template', asked({ template: `{}${'a'.repeat(1000)}` }), 'invalid_field', /"template"/),
    bad(
      'a slip of the pen',
      asked({ concept: ['a'] }),
      'unknown_field',
      /"concept". Did you mean "concepts"/,
    ),
    bad('an output of another task', asked({ outputs: ['color_map'] }), 'invalid_field', /"outputs\/0"/),
  ];
}

function badRegions(asked: Asked): BadRequest[] {
  const at = (...regions: object[]) => asked({ regions });
  const box = [2, 4, 14, 12];
  const points = [{ x: 5, y: 5 }];
  const most = /"max_regions" must be a whole number from 0 to 256, got/;
  return [
    bad('an empty list of regions', at(), 'invalid_field', /"regions" must be a list of 1 to 256/),
    bad('a region of nothing', at({}), 'invalid_field', /"regions\/0"/),
    bad('a region of both', at({ box, points }), 'invalid_field', /takes a box or points, and both came/),
    bad('a box inside out', at({ box: [9, 9, 3, 3] }), 'invalid_field', /"regions\/0\/box" .*x0 < x1/),
    bad(
      'a box outside',
      at({ box }, { box: [500, 4, 600, 12] }),
      'invalid_field',
      /"regions\/1\/box" lies outside the picture/,
    ),
    bad(
      'a point outside',
      at({ points: [{ x: 5, y: 500 }] }),
      'invalid_field',
      /"regions\/0\/points\/0" lies outside/,
    ),
    bad('a box of three', at({ box: [1, 2, 3] }), 'invalid_field', /"regions\/0\/box"/),
    bad('an earlier mask', at({ mask: { job: 'job_1', index: 0 } }), 'unknown_field', /"regions\/0\/mask"/),
    bad(
      '257 regions',
      at(...Array.from({ length: 257 }, () => ({ box }))),
      'invalid_field',
      /"regions" may have 256 entries, got 257/,
    ),
    bad('fewer than no regions', asked({ max_regions: -1 }), 'invalid_field', most),
    bad('endless regions', asked({ max_regions: 1e9 }), 'invalid_field', most),
    bad(
      'regions, and a limit of those that are found',
      asked({ regions: [{ box }], max_regions: 3 }),
      'invalid_field',
      /"max_regions" limits the regions that are found/,
    ),
    bad('an unknown crop', asked({ region_crop: 'all' }), 'invalid_field', /"region_crop" must be one of/),
  ];
}

function badModels(asked: Asked): BadRequest[] {
  return [
    bad('a model that compares nothing', asked({ model: PROMPTABLE }), 'model_task_mismatch', /made for seg/),
    bad(
      'a segmentation model that there is none of',
      asked({ segmentation_model: 'sam' }),
      'model_not_found',
      /no model "sam"/,
    ),
    bad(
      'a segmentation model for another task',
      asked({ segmentation_model: GENERATOR }),
      'model_task_mismatch',
      /made for generation, not for segmentation/,
    ),
    bad(
      'a segmentation model without use',
      asked({ segmentation_model: PROMPTABLE, max_regions: 0 }),
      'invalid_field',
      /"segmentation_model" is of no use/,
    ),
  ];
}

function badGenerated(
  generated: (generate: unknown, fields?: object) => BadRequest['send'],
  asked: Asked,
): BadRequest[] {
  const prompt = 'a red star';
  return [
    bad(
      'neither a picture nor the wish for one',
      { ...json({ concepts: CONCEPTS }), path },
      'image_missing',
      /neither an "image" nor "generate"/,
    ),
    bad('both', asked({ generate: { prompt } }), 'invalid_field', /A picture came, and "generate"/),
    bad('no prompt', generated({}), 'invalid_field', /"generate" must have prompt, got/),
    bad('a prompt alone', generated(prompt), 'invalid_field', /"generate" must be/),
    bad('two prompts', generated({ prompt: ['a', 'b'] }), 'invalid_field', /not a list of 2/),
    bad(
      'two seeds',
      generated({ prompt, seed: [1, 2] }),
      'invalid_field',
      /"generate\/seed" takes one value/,
    ),
    bad('several pictures', generated({ prompt, count: 2 }), 'unknown_field', /"generate\/count"/),
    bad(
      'a width that the generator can’t make',
      generated({ prompt, width: 65 * 8 + 1 }),
      'option_not_supported',
      /"width", 521 came/,
    ),
    bad(
      'a generator that generates nothing',
      generated({ prompt, model: PROMPTABLE }),
      'model_task_mismatch',
      /made for segmentation, not for generation/,
    ),
    bad(
      'a region outside of what will be generated',
      generated({ prompt, width: 64, height: 64 }, { regions: [{ box: [70, 70, 80, 80] }] }),
      'invalid_field',
      /lies outside the picture: it is 64 × 64 pixels/,
    ),
    bad(
      'an endless number',
      { ...jsonText('{"generate":{"prompt":"a","steps":1e999},"concepts":["a"]}'), path },
      'invalid_field',
      /"generate\/steps"/,
    ),
  ];
}
