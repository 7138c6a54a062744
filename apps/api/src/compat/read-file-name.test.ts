import { expect, it } from 'vitest';
import { readFileName } from './read-file-name.js';

it.each([
  ['cat.jpg', 'cat.jpg'],
  ['süße katze (1).jpg', 'süße katze (1).jpg'],
  ['pictures/cat.jpg', 'cat.jpg'],
  ['./cat.jpg', 'cat.jpg'],
  ['C:\\Users\\me\\cat.jpg', 'cat.jpg'],
  ['a..b.jpg', 'a..b.jpg'],
])('%s is %s', (text, name) => {
  expect(readFileName(text)).toBe(name);
});

it.each([
  ['../cat.jpg'],
  ['a/../../cat.jpg'],
  ['..\\cat.jpg'],
  ['..'],
  ['.'],
  ['pictures/'],
  ['/etc/passwd'],
  ['\\\\host\\share\\cat.jpg'],
  ['cat\u0000.jpg'],
  ['cat\r\nx: y.jpg'],
  [''],
  ['x'.repeat(256)],
])('%j is none', (text) => {
  expect(readFileName(text)).toBeNull();
});
