import {
  MASK_FORMATS,
  type MaskFormat,
  SEGMENTATION_MODES,
  type SegmentationFields,
  type SegmentationMode,
} from '@darkroom/contracts';
import { type Command, Option } from 'commander';
import { UsageFailure } from '../command-failure.js';
import { parseGivenList, readGivenText } from './given-text.js';
import { namedValueReader, readBox, readNumber, readPoint } from './option-values.js';

type Prompts = NonNullable<SegmentationFields['prompts']>;
type Point = ReturnType<typeof readPoint>[number];

/** The options of `segment` that say what is looked for, and how masks are given, as commander names them. */
export interface PromptOptions {
  readonly mode?: SegmentationMode;
  /** JSON, or the name of a file behind an `@`. */
  readonly prompts?: string;
  readonly point?: readonly Point[];
  readonly negativePoint?: readonly Point[];
  readonly box?: readonly number[];
  readonly multimask?: true;
  readonly automatic?: Readonly<Record<string, unknown>>;
  readonly maskFormat?: MaskFormat;
  readonly polygonTolerance?: number;
}

const WHAT = 'What to look for, with models that take prompts:';
const EXAMPLE = `'[{"points": [{"x": 320, "y": 240}]}, {"box": [40, 60, 310, 290]}]'`;

export function addPromptOptions(command: Command): Command {
  const options = [
    new Option(
      '--mode <mode>',
      'Default: as the other options say, else what the model is made for.',
    ).choices([...SEGMENTATION_MODES]),
    new Option(
      '--point <x,y>',
      'A point on the object, in pixels of the picture; may be given again.',
    ).argParser(readPoint),
    new Option('--negative-point <x,y>', 'A point that is not on it; may be given again.').argParser(
      readPoint,
    ),
    new Option('--box <x0,y0,x1,y1>', 'Left, upper, right and lower edge of a box around it.').argParser(
      readBox,
    ),
    new Option('--prompts <json>', 'Several objects, as the REST API has them: JSON, or @file with some.'),
    new Option('--multimask', 'All candidates of each object, not the best alone.'),
    new Option(
      '--automatic <name=value>',
      'How everything is looked for, such as points_per_side=16; may be given again.',
    ).argParser(namedValueReader('points_per_side=16')),
  ];
  for (const option of options) command.addOption(option.helpGroup(WHAT));
  return command
    .addOption(
      new Option('--mask-format <format>', 'How masks are given, where there are some.').choices([
        ...MASK_FORMATS,
      ]),
    )
    .option('--polygon-tolerance <pixels>', 'How far a polygon may leave the mask’s outline.', readNumber);
}

/**
 * From the words of the command line to those of the contract.
 * @throws UsageFailure when options don’t go together, CommandFailure when a file cannot be read
 */
export async function promptFields(options: PromptOptions) {
  const { mode, multimask, automatic, maskFormat, polygonTolerance } = options;
  const prompts = await promptsOf(options);
  if (mode === 'prompts' && prompts === undefined) {
    throw new UsageFailure('--mode prompts needs to know what to look for: give --point, --box or --prompts');
  }
  return {
    mode,
    prompts,
    multimask,
    automatic,
    mask_format: maskFormat,
    polygon_tolerance: polygonTolerance,
  };
}

/** Points and a box are one object; `undefined` where nothing is asked for. */
async function promptsOf({
  prompts,
  point = [],
  negativePoint = [],
  box,
}: PromptOptions): Promise<Prompts | undefined> {
  const points = [...point, ...negativePoint.map((one) => ({ ...one, positive: false }))];
  const isOne = points.length > 0 || box !== undefined;
  if (prompts === undefined) {
    return isOne ? [{ ...(points.length > 0 && { points }), ...(box && { box: [...box] }) }] : undefined;
  }
  if (isOne) {
    throw new UsageFailure(
      '--point, --negative-point and --box are one object, --prompts are several: give either',
    );
  }
  const { text, where } = await readGivenText(prompts, { option: '--prompts', what: 'prompts' });
  return parseGivenList(text, where, {
    expected: 'a list with an entry for each object',
    example: EXAMPLE,
  });
}
