import { describe, expect, it } from 'vitest';
import { runCommandLine } from './run-command-line.js';
import { Terminal } from './terminal.js';

/** Runs a command line that gets no further than its words. */
async function run(...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const terminal = new Terminal(
    {
      write: (text) => {
        output.stdout += text;
      },
    },
    {
      write: (text) => {
        output.stderr += text;
      },
    },
    { mayMove: false, mayHaveColors: false },
  );
  const exitCode = await runCommandLine(args, terminal, new AbortController().signal);
  return { exitCode, ...output };
}

describe('the command line', () => {
  it.each([
    ['', 'Commands:'],
    ['models', 'Commands:'],
    ['models add', 'Examples:'],
    ['models list', 'Examples:'],
    ['models show', 'Examples:'],
    ['models check', 'Examples:'],
    ['models remove', 'Examples:'],
    ['detect', 'Examples:'],
    ['segment', 'Examples:'],
    ['base64', 'Examples:'],
  ])('tells of itself: darkroom %s --help', async (words, part) => {
    const { exitCode, stdout, stderr } = await run(...words.split(' ').filter(Boolean), '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: darkroom ${words}`);
    expect(stdout).toContain(part);
  });

  it.each([
    ['modles', /unknown command 'modles'\n\(Did you mean models\?\)/],
    ['models add', /missing required argument 'paths'/],
    ['models list --wat', /unknown option '--wat'/],
    ['models show a b', /too many arguments/],
    ['detect a.jpg --score-threshold high', /Expected a number, such as 0\.5/],
    ['detect a.jpg --max-detections -1', /Expected a whole number/],
    ['detect a.jpg --classes a,,b', /Expected words with commas/],
    ['detect a.jpg --format xml', /Allowed choices are text, json, coco, yolo, csv/],
    ['detect a.jpg --outputs crops', /say with --out where to save them/],
    ['segment a.jpg --mode prompts', /--mode prompts needs .* give --point, --box or --prompts/],
    ['segment a.jpg --point 40', /Expected x,y in pixels of the picture, such as 320,240/],
    ['segment a.jpg --negative-point 40,NaN', /Expected x,y in pixels/],
    ['segment a.jpg --automatic points', /Expected name=value, such as points_per_side=16/],
    ['detect a.jpg --url localhost:8080', /Expected a URL such as http:/],
    ['generate x --url foo', /Expected a URL/],
    ['segment a.jpg --box 40,40,20,60', /Expected x0,y0,x1,y1/],
    ['segment a.jpg --box 1,1,2,2 --box 3,3,4,4', /An object has one box: give --prompts/],
    ['segment a.jpg --point 1,2 --prompts []', /give either/],
    ['segment a.jpg --prompts [{', /expected JSON in --prompts, such as '\[\{"points"/],
    ['segment a.jpg --prompts {"points":[]}', /expected a list with an entry for each object in --prompts/],
    ['models add a.onnx --mean 1,2', /Expected three numbers/],
    ['models add a.onnx --scale 1/0', /Expected a number/],
    ['models add a.onnx --resize crop', /Allowed choices are stretch, letterbox/],
    ['models add a.onnx --family-option layout', /Expected name=value/],
    ['models remove', /missing required argument 'id'/],
  ])('%s is refused with exit code 2', async (words, message) => {
    const { exitCode, stdout, stderr } = await run(...words.split(' '));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('without a command shows what there is, as a mistake', async () => {
    expect(await run()).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('Commands:'),
    });
  });
});
