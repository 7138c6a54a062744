import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agrees, circleJob, circleLines, readCircle, readCircleExample } from './demo-circle.js';
import { readDemoTexts } from './demo-texts.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import {
  analysisDemoResult,
  analyzedRegion,
  DETECTOR,
  demoResult,
  detectionDemoResult,
  scored,
  textDetectionDemoResult,
} from './testing/demo-result.js';

const TEXT = { name: 'red-star', prompt: 'a red star on a blue background' };
const EXAMPLE = { text: TEXT.name, seed: 7 };
const STAR = scored({ 'a red star': 0.975, 'a blue star': 0.025 });
const BACKGROUND = analyzedRegion(scored({ 'a blue background': 0.9 }), { box: [0, 0, 64, 64], area: 3000 });
const SHAPE = analyzedRegion(STAR, { index: 1, box: [10, 10, 50, 50], area: 700 });
const FOUND = { label: 'star', score: 0.97, box: [10, 12, 50, 50] };

const analyzed = (concepts = STAR, regions = [BACKGROUND, SHAPE]) =>
  analysisDemoResult(TEXT, concepts, regions);
const detected = (found = FOUND) => textDetectionDemoResult(TEXT, [found]);
const closed = (...results: Parameters<typeof readCircle>[0]) => readCircle(results, EXAMPLE)!;

describe('the circle of the demo', () => {
  it('closes with a detection of the picture that was generated and analyzed', async () => {
    const job = circleJob([demoResult('a.jpg'), detectionDemoResult('a.jpg', {}), analyzed()], EXAMPLE)!;
    expect(job).toMatchObject({ model: DETECTOR, subject: TEXT });
    const submitted: object[] = [];
    const client = { submitDetection: async (submission: object) => void submitted.push(submission) };
    await job.demoTask.submit(client as never, job.subject, [DETECTOR.id], {});
    const { id } = analyzed().job;
    expect(submitted).toEqual([
      { image: { job: id, artifact: 'image-0.png' }, model: 'shapes-det', outputs: ['overlay'] },
    ]);
  });

  it('is left out where a model is missing, or nothing was generated', () => {
    expect(circleJob([analyzed()], EXAMPLE)).toBeNull();
    expect(circleJob([detectionDemoResult('a.jpg', {}), demoResult('a.jpg')], EXAMPLE)).toBeNull();
    const other = analysisDemoResult({ ...TEXT, name: 'other' }, STAR);
    expect(circleJob([detectionDemoResult('a.jpg', {}), other], EXAMPLE)).toBeNull();
    expect(readCircle([analyzed(), textDetectionDemoResult(TEXT, [])], EXAMPLE)).toBeNull();
    expect(readCircle([analyzed(STAR, []), detected()], EXAMPLE)).toBeNull();
  });

  it('says what each model found, with the mask that lies over the detection best', () => {
    expect(circleLines(closed(analyzed(), detected()))).toEqual([
      expect.stringMatching(
        /^ {2}“a red star on a blue background”, generated with seed 7, and looked at by/,
      ),
      '    shapes-clip  the whole is “a red star” (97.5 %)',
      '    shapes-det   star 0.97 at 10,12,50,50',
      '    shapes-sam   a mask at 10,10,50,50, 0.95 intersection over union with that box; it is “a red star” (97.5 %)',
      '    They agree with the text, and with each other.',
    ]);
  });

  it('begins with one of the texts that there are', () => {
    const examples = join(REPOSITORY_ROOT, 'examples');
    const { text } = readCircleExample(join(examples, 'circle.json'));
    expect(readDemoTexts(join(examples, 'texts.json')).map(({ name }) => name)).toContain(text);
  });

  it.each([
    ['the concept is not what the text asked for', analyzed(scored({ 'a green star': 1 })), detected()],
    ['there is no concept', analyzed([]), detected()],
    ['the detection is of something else', analyzed(), detected({ ...FOUND, label: 'circle' })],
    [
      'the mask is of something else',
      analyzed(STAR, [BACKGROUND, { ...SHAPE, top_concept: 'a dog' }]),
      detected(),
    ],
    ['no mask is where the detection is', analyzed(), detected({ ...FOUND, box: [45, 45, 60, 60] })],
  ])('does not close when %s', (_, analysis, detection) => {
    const circle = closed(analysis, detection);
    expect(agrees(circle)).toBe(false);
    expect(circleLines(circle).at(-1)).toContain('don’t agree');
  });
});
