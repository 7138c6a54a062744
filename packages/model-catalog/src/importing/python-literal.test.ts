import { describe, expect, it } from 'vitest';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.js';

describe('a Python literal', () => {
  it.each<[string, PythonLiteral]>([
    [
      "{0: 'person', 1: 'bicycle'}",
      new Map([
        [0, 'person'],
        [1, 'bicycle'],
      ]),
    ],
    ['[640, 640]', [640, 640]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['()', []],
    ['[ 1 , [2, ], ]', [1, [2]]],
    ['-1.5e3', -1500],
    ['.5', 0.5],
    ['True', true],
    ['None', null],
    [`"it's"`, "it's"],
    [String.raw`'it\'s \\ \t \xe9 \u00e9 \U0001F600'`, "it's \\ \t é é 😀"],
    ["'männlich'", 'männlich'],
    ["{'args': {'half': False}}", new Map([['args', new Map([['half', false]])]])],
    ["{'__proto__': 1}", new Map([['__proto__', 1]])],
  ])('%s is read', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  it.each([
    ['', /a Python literal at character 0, got the end/],
    ['{0: 1', /expected , at character 5, got the end/],
    ["{[1]: 'a'}", /a text or a number as key/],
    ["'abc", /the ' that ends the text/],
    ["'a\nb'", /the ' that ends the text/],
    [String.raw`'\q'`, /a known escape/],
    [String.raw`'\x1'`, /2 hexadecimal digits/],
    [String.raw`'\UFFFFFFFF'`, /8 hexadecimal digits/],
    ['1 2', /nothing more at character 2/],
    ['1.2.3', /a Python literal/],
    ['12abc', /a Python literal/],
    ["__import__('os').system('ls')", /a Python literal at character 0/],
    ['1 + 1', /nothing more/],
    ["f'{1}'", /a Python literal/],
    ["'a' 'b'", /nothing more/],
    ['nan', /a Python literal/],
  ])('%j is refused', (text, message) => {
    expect(() => parsePythonLiteral(text)).toThrow(message);
  });

  it('may be neither long nor deep nor of too many values', () => {
    expect(() => parsePythonLiteral('['.repeat(100_000))).toThrow('32 deep');
    expect(() => parsePythonLiteral(`[${'1,'.repeat(300_000)}]`)).toThrow('200000 values');
    expect(() => parsePythonLiteral(' '.repeat(5_000_000))).toThrow('4194304 characters');
  });
});
