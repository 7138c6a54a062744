import { Command, Option } from 'commander';
import { type ConvertedLabels, convertLabelme, newFile } from '../converting/convert-labelme.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { helpExamples } from './help-examples.js';

interface Options {
  readonly to: 'coco';
  readonly output?: string;
  readonly labels?: string;
}

const ABOUT =
  'Makes one COCO file of what labelme wrote in a folder: polygons, rectangles and circles, those of one label and group ' +
  'as one thing. Exit code 1 when a file or its picture cannot be used; the others are converted.';

const EXAMPLES = [
  'convert labelme pictures/ --to coco --output annotations.json',
  'convert labelme pictures/ --to coco --labels labels.txt > annotations.json',
];

export function convertLabelmeCommand(run: RunCommand): Command {
  return new Command('labelme')
    .summary('Makes a COCO file of labelme’s.')
    .description(ABOUT)
    .argument('<folder>', 'With labelme’s .json files and their pictures, in it or in folders within.')
    .addOption(new Option('--to <format>', 'What it becomes.').choices(['coco']).makeOptionMandatory())
    .option('--output <file>', 'Where it is written; default: the standard output.')
    .option(
      '--labels <file>',
      'The classes in their order, one a line or JSON; default: those there are, by name.',
    )
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((folder: string, options: Options) =>
      run(async ({ terminal, signal }) => {
        const write = options.output === undefined ? null : await newFile(options.output);
        const converted = await convertLabelme(folder, options.labels, signal);
        for (const line of converted.problems) terminal.message(`${terminal.paint('red', '✗')} ${line}`);
        for (const line of converted.notes) terminal.message(`  left out: ${line}`);
        if (write) await write(`${JSON.stringify(converted.file)}\n`);
        else terminal.json(converted.file);
        terminal.message(`${terminal.paint('green', '✓')} ${summaryOf(converted, options.output)}`);
        return converted.problems.length === 0 ? EXIT_CODE.success : EXIT_CODE.failure;
      }),
    );
}

function summaryOf({ file }: ConvertedLabels, output: string | undefined): string {
  const { images, annotations, categories } = file;
  const names = categories.map(({ id, name }) => `${id} ${name}`).join(', ');
  const where = output === undefined ? '' : `, in ${output}`;
  const counts = `${counted(annotations.length, 'thing')} on ${counted(images.length, 'picture')}`;
  return `${counts}${where}; classes: ${names || 'none'}`;
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
