import { describe, expect, it } from 'vitest';
import { faultInFileName, shownName } from './file-name.js';

describe('the name of a file', () => {
  it.each([
    'cat.jpg',
    'a.b.c.png',
    'Ünïcødé – 写真.jpg',
    'no extension',
    '-rf',
    'console.jpg',
    'x'.repeat(200),
  ])('may be %s', (name) => {
    expect(faultInFileName(name)).toBeNull();
  });

  it.each([
    ['', /empty/],
    ['/etc/passwd', /slash/],
    ['../cat.jpg', /slash/],
    ['a/../../cat.jpg', /slash/],
    ['..\\cat.jpg', /backslash/],
    ['C:\\cat.jpg', /backslash/],
    ['\\\\host\\share', /backslash/],
    ['cat.jpg\0.png', /control/],
    ['cat\n.jpg', /control/],
    ['.', /dot/],
    ['..', /dot/],
    ['.bashrc', /dot/],
    ['NUL', /device/],
    ['con.jpg', /device/],
    ['LPT1.png', /device/],
    ['\ud800.jpg', /half a character/],
    ['x'.repeat(201), /201 bytes/],
    ['写'.repeat(67), /201 bytes/],
  ])('is not to be %j', (name, why) => {
    expect(faultInFileName(name)).toMatch(why);
  });

  it('is cut where it is said back', () => {
    expect(shownName('cat.jpg')).toBe('cat.jpg');
    expect(shownName('x'.repeat(5000))).toHaveLength(201);
  });
});
