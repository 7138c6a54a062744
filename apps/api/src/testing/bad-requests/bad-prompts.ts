import { PROMPTABLE } from '../promptable-model.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH } from '../test-photo.js';
import { type BadRequest, bad, form, json, jsonText, type Material } from './bad-request.js';

const POINT = { x: 1, y: 2 };

/** A good picture, and prompts or settings for everything that are not. */
export function badPrompts({ photo }: Material): BadRequest[] {
  const image = { base64: photo.toString('base64') };
  const prompted = (...prompts: unknown[]) => json({ image, prompts });
  const text = (prompts: string) => jsonText(`{"image":${JSON.stringify(image)},"prompts":${prompts}}`);
  const automatic = (fields: object) => json({ image, automatic: fields });
  const inForm = (...prompts: string[]) =>
    form([
      ...prompts.map((content) => ({ name: 'prompts', content })),
      { name: 'image', fileName: 'a.png', content: photo },
    ]);
  return [
    ...badLists(prompted, inForm, image),
    ...badPoints(prompted, text),
    ...badBoxes(prompted, text),
    ...badEarlierMasks(prompted),
    ...badAutomatic(automatic),
  ];
}

type Prompted = (...prompts: unknown[]) => BadRequest['send'];
type Written = (text: string) => BadRequest['send'];

function badLists(
  prompted: Prompted,
  inForm: (...prompts: string[]) => BadRequest['send'],
  image: object,
): BadRequest[] {
  const tenThousand = Array.from({ length: 10_000 }, () => ({ points: [POINT] }));
  const hundredPoints = { points: Array.from({ length: 100 }, () => POINT) };
  return [
    bad(
      'no prompts in a list of prompts',
      prompted(),
      'invalid_field',
      /"prompts" must be a list of 1 to 1000 entries, got \[\]/,
    ),
    bad(
      'ten thousand prompts',
      prompted(...tenThousand),
      'invalid_field',
      /"prompts" may have 1000 entries, got 10000/,
    ),
    bad(
      'too many points in all',
      prompted(...Array.from({ length: 41 }, () => hundredPoints)),
      'invalid_field',
      /4096 points, 4100 came/,
    ),
    bad(
      'a prompt that is no list',
      json({ image, prompts: { points: [POINT] } }),
      'invalid_field',
      /"prompts" must be a list/,
    ),
    bad(
      'a prompt without anything',
      prompted({ points: [POINT] }, {}),
      'invalid_field',
      /"prompts\/1" needs points, a box or/,
    ),
    bad('a prompt that is null', prompted(null), 'invalid_field', /"prompts\/0" must be an object, got null/),
    bad(
      'a prompt with a slip of the pen',
      prompted({ point: [POINT] }),
      'unknown_field',
      /"prompts\/0\/point". Did you mean "points"/,
    ),
    bad(
      'the mode without prompts',
      json({ image, mode: 'prompts', model: PROMPTABLE }),
      'invalid_field',
      /needs "prompts"/,
    ),
    bad('prompts that are broken JSON in a form', inForm('[{'), 'invalid_field', /"prompts" takes JSON/),
    bad(
      'a prompt without its list in a form',
      inForm('{"box":[1,2,3,4]}'),
      'invalid_field',
      /must be a list/,
    ),
    bad('prompts twice in a form', inForm('[]', '[]'), 'invalid_field', /2 times/),
    bad(
      'a mode that does not exist',
      json({ image, mode: 'everythin' }),
      'invalid_field',
      /one of .*everything.*"everythin"/,
    ),
  ];
}

function badPoints(prompted: Prompted, text: Written): BadRequest[] {
  const at = (x: unknown, y: unknown) => prompted({ points: [POINT, { x, y }] });
  return [
    bad(
      'no points',
      prompted({ points: [] }),
      'invalid_field',
      /"prompts\/0\/points" must be a list of 1 to 100/,
    ),
    bad(
      'fifty thousand points',
      prompted({ points: Array.from({ length: 50_000 }, () => POINT) }),
      'invalid_field',
      /"prompts\/0\/points" may have 100 entries, got 50000/,
    ),
    bad(
      'a point right of the picture',
      at(PHOTO_WIDTH + 0.5, 1),
      'invalid_field',
      /"prompts\/0\/points\/1" lies outside .*48 × 32/,
    ),
    bad('a point above the picture', at(1, -0.001), 'invalid_field', /lies outside the picture/),
    bad('a point below the picture', at(1, PHOTO_HEIGHT + 1), 'invalid_field', /lies outside the picture/),
    bad('a point at NaN', text('[{"points":[{"x":NaN,"y":1}]}]'), 'malformed_json', /JSON/),
    bad(
      'a point at "NaN"',
      at('NaN', 1),
      'invalid_field',
      /"prompts\/0\/points\/1\/x" must be a finite number, got "NaN"/,
    ),
    bad(
      'a point at infinity',
      text('[{"points":[{"x":1e999,"y":1}]}]'),
      'invalid_field',
      /finite number, got Infinity/,
    ),
    bad(
      'a point without y',
      prompted({ points: [{ x: 1 }] }),
      'invalid_field',
      /"prompts\/0\/points\/0" .*y/,
    ),
    bad(
      'a point as a pair',
      prompted({ points: [[1, 2]] }),
      'invalid_field',
      /must be an object, got \[1,2\]/,
    ),
    bad(
      'a point with a label instead of y',
      prompted({ points: [{ x: 1, label: 1 }] }),
      'unknown_field',
      /^There is no field "prompts\/0\/points\/0\/label".* must have y, got \{[^.]*\}\.$/,
    ),
    bad(
      'a point with a label',
      prompted({ points: [{ ...POINT, label: 1 }] }),
      'unknown_field',
      /x, y, positive/,
    ),
  ];
}

function badBoxes(prompted: Prompted, text: Written): BadRequest[] {
  const box = (...edges: unknown[]) => prompted({ box: edges });
  return [
    bad(
      'a box inside out',
      box(30, 4, 10, 20),
      'invalid_field',
      /"prompts\/0\/box" must be .*x0 < x1.*\[30,4,10,20\]/,
    ),
    bad('a box upside down', box(10, 20, 30, 4), 'invalid_field', /y0 < y1/),
    bad('a box without area', box(10, 4, 10, 20), 'invalid_field', /x0 < x1/),
    bad('a box beside the picture', box(60, 4, 90, 20), 'invalid_field', /"prompts\/0\/box" lies outside/),
    bad(
      'a box of three numbers',
      box(1, 2, 3),
      'invalid_field',
      /"prompts\/0\/box" must be a list of 4 entries, got \[1,2,3\]/,
    ),
    bad(
      'a box of endless size',
      text('[{"box":[0,0,1e999,9]}]'),
      'invalid_field',
      /finite number, got Infinity/,
    ),
    bad('a box as an object', prompted({ box: { x: 1, y: 2 } }), 'invalid_field', /must be a list of 4/),
  ];
}

function badEarlierMasks(prompted: Prompted): BadRequest[] {
  const mask = (earlier: object) => prompted({ mask: earlier });
  return [
    bad('an earlier mask of no job', mask({ index: 0 }), 'invalid_field', /"prompts\/0\/mask" .*job/),
    bad(
      'an earlier mask of a job that is none',
      mask({ job: '../x', index: 0 }),
      'job_not_found',
      /"\.\.\/x"/,
    ),
    bad(
      'an earlier mask below 0',
      mask({ job: 'job_1', index: -1 }),
      'invalid_field',
      /whole number from 0, got -1/,
    ),
    bad(
      'an earlier mask by its name',
      mask({ job: 'job_1', index: 0, artifact: 'a' }),
      'unknown_field',
      /job, index/,
    ),
  ];
}

function badAutomatic(automatic: (fields: object) => BadRequest['send']): BadRequest[] {
  return [
    bad(
      'a grid that costs hours',
      automatic({ points_per_side: 10_000 }),
      'invalid_field',
      /"automatic\/points_per_side" must be a whole number from 1 to 128/,
    ),
    bad(
      'crops that cost hours',
      automatic({ points_per_side: 64, crop_n_layers: 2 }),
      'invalid_field',
      /16384 points in all its crops, "automatic" asks for 86016/,
    ),
    bad(
      'a threshold above 1',
      automatic({ pred_iou_thresh: 88 }),
      'invalid_field',
      /number from 0 to 1, got 88/,
    ),
    bad(
      'a setting with a slip of the pen',
      automatic({ point_per_side: 8 }),
      'unknown_field',
      /"points_per_side"/,
    ),
    bad('more masks than there are', automatic({ max_masks: 0 }), 'invalid_field', /from 1 to 1000, got 0/),
  ];
}
