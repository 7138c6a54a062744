import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.js';

describe('the command line of the bench', () => {
  it('needs nothing but the scenario', () => {
    expect(parseArguments(['overhead'])).toEqual({
      scenario: 'overhead',
      rounds: 5,
      seconds: 10,
      jobs: 400,
      jsonFile: null,
    });
    expect(parseArguments(['scale'])).toEqual({
      scenario: 'scale',
      rounds: 2,
      seconds: 8,
      workers: [1, 2, 4],
      jsonFile: null,
    });
    expect(parseArguments(['detection'])).toEqual({
      scenario: 'detection',
      rounds: 3,
      seconds: 2,
      modelFolder: null,
      photoFile: null,
      jsonFile: null,
    });
    expect(parseArguments(['sam'])).toEqual({
      scenario: 'sam',
      rounds: 3,
      prompts: 5,
      photoFile: null,
      transformersFolder: null,
      jsonFile: null,
    });
    expect(parseArguments(['generation'])).toEqual({
      scenario: 'generation',
      rounds: 3,
      steps: 20,
      jsonFile: null,
    });
  });

  it('takes every figure in any order', () => {
    expect(
      parseArguments(['--workers', '1,8', 'scale', '--seconds=3', '--json', 'a.json', '--rounds', '1']),
    ).toEqual({ scenario: 'scale', rounds: 1, seconds: 3, workers: [1, 8], jsonFile: 'a.json' });
    expect(parseArguments(['sam', '--transformers', 'js', '--photo', 'cat.jpg'])).toMatchObject({
      transformersFolder: 'js',
      photoFile: 'cat.jpg',
    });
    expect(parseArguments(['detection', '--photo', 'cat.jpg', '--model', 'yolo-fastest'])).toMatchObject({
      modelFolder: 'yolo-fastest',
      photoFile: 'cat.jpg',
    });
  });

  it('gives help where it is asked for it', () => {
    expect(parseArguments(['--help'])).toBe('help');
    expect(parseArguments(['scale', '-h'])).toBe('help');
  });

  it.each([
    [[], 'expected overhead, scale, detection, sam, generation or drop-in, got nothing'],
    [['speed'], 'expected overhead, scale, detection, sam, generation or drop-in, got speed'],
    [['toString'], 'got toString'],
    [['overhead', 'scale'], 'one scenario at a time'],
    [['overhead', '--workers', '2'], '--workers is an option of scale'],
    [['scale', '--jobs', '2'], '--jobs is an option of overhead'],
    [['scale', '--photo', 'cat.jpg'], '--photo is an option of detection, sam'],
    [['sam', '--seconds', '2'], '--seconds is an option of overhead, scale, detection'],
    [['sam', '--prompts', '0'], '--prompts takes whole numbers from 1 to 1000, got "0"'],
    [['detection', '--jobs', '2'], '--jobs is an option of overhead'],
    [['sam', '--steps', '2'], '--steps is an option of generation'],
    [['generation', '--steps', '1001'], '--steps takes whole numbers from 1 to 1000, got "1001"'],
    [['overhead', '--second', '2'], "Unknown option '--second'"],
    [['overhead', '--seconds', '0'], '--seconds takes whole numbers from 1 to 600, got "0"'],
    [['overhead', '--jobs', '1e3'], 'got "1e3"'],
    [['overhead', '--rounds', '-1'], 'argument is ambiguous'],
    [['scale', '--workers', '1,,2'], '--workers takes whole numbers from 1 to 64, got ""'],
    [['scale', '--workers', '1000'], 'got "1000"'],
  ])('refuses %j and says why', (words, message) => {
    expect(() => parseArguments(words)).toThrow(message);
  });
});
