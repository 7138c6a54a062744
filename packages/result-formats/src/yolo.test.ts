import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { detectedPicture, detection, LABELS } from './testing/detected-picture.js';
import { toYoloLines, toYoloZip } from './yolo.js';

const text = (bytes: Uint8Array | undefined) => strFromU8(bytes!);

describe('YOLO label files', () => {
  it('have a line for each detection, relative to the picture', () => {
    const picture = detectedPicture('a.jpg', [
      detection({ class_id: 1, box: [10, 20, 30, 60] }),
      detection({ box: [0, 0, 100, 80] }),
    ]);
    expect(toYoloLines(picture)).toBe(
      '1 0.200000 0.500000 0.200000 0.500000\n0 0.500000 0.500000 1.000000 1.000000\n',
    );
    expect(toYoloLines(detectedPicture('b.jpg', []))).toBe('');
  });

  it('come in a zip, one for each picture, an empty one too, with the labels by id', () => {
    const files = unzipSync(
      toYoloZip(
        [detectedPicture('a.b.jpg', [detection()]), detectedPicture('empty.png', [])],
        [...LABELS, { id: 5, label: 'far' }],
      ),
    );
    expect(Object.keys(files).sort()).toEqual(['classes.txt', 'labels/a.b.txt', 'labels/empty.txt']);
    expect(text(files['classes.txt'])).toBe('cat\ndog\nbird\n\n\nfar\n');
    expect(text(files['labels/empty.txt'])).toBe('');
  });

  it('of pictures of one name are told apart', () => {
    const files = unzipSync(
      toYoloZip([detectedPicture('a.jpg', [], 'job_1'), detectedPicture('x/a.png', [], 'job_2')], LABELS),
    );
    expect(Object.keys(files)).toEqual(['classes.txt', 'labels/a.txt', 'labels/a.job_2.txt']);
  });

  it.each([
    '../../etc/passwd',
    '..\\..\\boot.ini',
    '/abs.png',
    '..',
    '.hidden',
    'a\u0000b.png',
    '',
    'C:\\x:y.png',
  ])('of a picture called %j stay in their folder', (fileName) => {
    const [path] = Object.keys(unzipSync(toYoloZip([detectedPicture(fileName, [])], []))).filter(
      (name) => name !== 'classes.txt',
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(path).toMatch(/^labels\/(?!\.)[^/\\\u0000-\u001f:]+\.txt$/);
  });
});
