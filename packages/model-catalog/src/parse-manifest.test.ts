import { expect, it } from 'vitest';
import { parseManifest } from './parse-manifest.js';

it('reads JSON, with a byte order mark too', () => {
  expect(parseManifest('\ufeff{"id": "a"}')).toEqual({ value: { id: 'a' } });
});

it.each([
  ['{\n  "id": "a",\n}', 'is not valid JSON at line 3, column 1'],
  ['{\n  "id": "a"\n  "task": 1\n}', 'is not valid JSON at line 3, column 3'],
  ['{\n  "id": ', 'is not valid JSON at line 2, column 9'],
  ['', 'is not valid JSON at line 1, column 1'],
])('says where %j goes wrong', (text, problem) => {
  expect(parseManifest(text)).toEqual({ problem: expect.stringContaining(problem) });
});

it('says what is there when it is no JSON at all', () => {
  expect(parseManifest('id: a')).toEqual({ problem: expect.stringMatching(/is not valid JSON: .*"id: a"/) });
});
