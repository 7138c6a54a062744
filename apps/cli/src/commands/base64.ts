import { Command } from 'commander';
import { UsageFailure } from '../command-failure.js';
import { pictureAsBase64, pictureFromBase64 } from '../encoding/base64-picture.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { helpExamples } from './help-examples.js';

interface Options {
  readonly output?: string;
  readonly decode?: true;
}

const EXAMPLES = [
  'base64 photo.jpg',
  'base64 photo.jpg --output photo.txt',
  'base64 photo.txt --decode --output photo.jpg',
];

export function base64Command(run: RunCommand): Command {
  return new Command('base64')
    .summary('Prints a picture as base64, or makes one of it.')
    .description('Prints a picture as base64 on one line, as requests with JSON take it. Needs no service.')
    .argument('<picture>', 'A file; with --decode one with base64.')
    .option('--output <file>', 'Writes it there instead; what is there is replaced.')
    .option('--decode', 'Makes the picture of its base64 again, in --output.')
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((path: string, { output, decode }: Options) =>
      run(async ({ terminal }) => {
        if (decode) {
          if (output === undefined) throw new UsageFailure('--decode needs --output, the file to write');
          await pictureFromBase64(path, output);
        } else {
          const text = await pictureAsBase64(path, output);
          if (text !== null) terminal.result(text);
        }
        return EXIT_CODE.success;
      }),
    );
}
