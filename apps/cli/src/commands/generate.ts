import {
  type GenerationFields,
  HIGHEST_PRIORITY,
  PICTURE_FORMATS,
  type PictureFormat,
  SCHEDULERS,
  type SchedulerName,
} from '@darkroom/contracts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runGeneration } from '../generating/run-generation.js';
import type { RunCommand } from '../program.js';
import { helpExamples } from './help-examples.js';
import { readNumber, readServiceUrl, readWholeNumber } from './option-values.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

interface Options extends FormOption {
  readonly url?: string;
  readonly model?: string;
  readonly out: string;
  readonly negativePrompt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly steps?: number;
  readonly guidanceScale?: number;
  readonly scheduler?: SchedulerName;
  readonly count?: number;
  readonly seed?: number | readonly number[];
  readonly image?: string;
  readonly strength?: number;
  readonly outputFormat?: PictureFormat;
  readonly priority?: number;
}

const EXAMPLES = [
  'generate "a red circle on a grey background"',
  'generate "a blue star" "a green square" --count 4 --out pictures',
  'generate "a red boat" --seed 7 --steps 30 --guidance-scale 5',
  'generate "the same in winter" --image boat.jpg --strength 0.6',
  'generate "a red boat" --format json | jq -r \'.files[]\'',
];

export function generateCommand(run: RunCommand): Command {
  return new Command('generate')
    .summary('Makes pictures of what prompts say.')
    .description(
      'Makes pictures of what prompts say, and saves each under its prompt and seed; nothing is overwritten.',
    )
    .argument('<prompts...>', 'What a picture is to show, each in quotation marks.')
    .option(
      '--url <url>',
      'Where the service answers; default: DARKROOM_URL, else on this machine.',
      readServiceUrl,
    )
    .option('--model <id>', 'The model; default: the service’s for generation.')
    .option('--out <folder>', 'Where pictures are saved.', '.')
    .option('--negative-prompt <text>', 'What they are not to show.')
    .option('--width <pixels>', 'Default, and what there is beside: as the model has it.', readWholeNumber)
    .option('--height <pixels>', 'Likewise.', readWholeNumber)
    .option('--steps <number>', 'More take longer and show more detail, up to a point.', readWholeNumber)
    .option('--guidance-scale <number>', 'How closely a picture follows its prompt.', readNumber)
    .addOption(
      new Option('--scheduler <name>', 'How noise becomes a picture; default: as the model has it.').choices([
        ...SCHEDULERS,
      ]),
    )
    .option('--count <number>', 'Pictures for each prompt; default 1.', readWholeNumber)
    .option(
      '--seed <numbers>',
      'One for all pictures, or one for each with commas between; default: any.',
      readSeeds,
    )
    .option('--image <file or URL>', 'A picture to begin with, where the model takes one.')
    .option('--strength <part>', 'How much of it is replaced, 0 to 1.', readNumber)
    .addOption(
      new Option('--output-format <format>', 'Of the pictures; default png.').choices([...PICTURE_FORMATS]),
    )
    .option('--priority <number>', `0 to ${HIGHEST_PRIORITY}, higher is sooner; default 5.`, readWholeNumber)
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((prompts: string[], options: Options) =>
      run((context) => {
        const { url, image, out } = options;
        const form = chosenForm(options, context.terminal);
        return runGeneration({ url, image, out, form, fields: fieldsOf(prompts, options) }, context);
      }),
    );
}

/** One number, or several with commas between them. */
function readSeeds(text: string): number | number[] {
  const words = text.split(',').map((word) => word.trim());
  const seeds = words.map(Number);
  if (!words.every((word) => /^\d+$/.test(word)) || !seeds.every(Number.isSafeInteger)) {
    throw new InvalidArgumentError(
      `Expected whole numbers up to ${Number.MAX_SAFE_INTEGER}, such as 7 or 7,8,9.`,
    );
  }
  return seeds.length === 1 ? seeds[0]! : seeds;
}

/** From the words of the command line to those of the contract. */
function fieldsOf(prompts: string[], options: Options): GenerationFields {
  const fields = {
    prompt: prompts.length === 1 ? prompts[0]! : prompts,
    model: options.model,
    negative_prompt: options.negativePrompt,
    width: options.width,
    height: options.height,
    steps: options.steps,
    guidance_scale: options.guidanceScale,
    scheduler: options.scheduler,
    count: options.count,
    seed: options.seed,
    strength: options.strength,
    output_format: options.outputFormat,
    priority: options.priority,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as GenerationFields;
}
