import type { Task } from '@darkroom/contracts';
import { LETTERBOX_ROUNDINGS, PreparationSchema, RESAMPLERS, RESIZE_MODES, TASKS } from '@darkroom/contracts';
import type { PreparationHints } from '@darkroom/model-catalog/importing';
import { type Command, Option } from 'commander';
import { readNumber, readPerChannel, readWholeNumber } from './option-values.js';

/** The options of `models add` that become fields of the preparation, as commander names them. */
export interface PreparationOptions {
  readonly width?: number;
  readonly height?: number;
  readonly resize?: PreparationHints['resize'];
  readonly shortestEdge?: number;
  readonly longestEdge?: number;
  readonly multipleOf?: number;
  readonly letterboxAnchor?: PreparationHints['letterbox_anchor'];
  readonly letterboxRounding?: PreparationHints['letterbox_rounding'];
  readonly paddingColor?: number[];
  readonly resampler?: PreparationHints['resampler'];
  readonly scale?: number;
  readonly mean?: number[];
  readonly std?: number[];
  readonly channelOrder?: PreparationHints['channel_order'];
  readonly layout?: PreparationHints['layout'];
}

/** The options that say what a model is. */
export interface KindOptions {
  readonly task?: Task;
  readonly family?: string;
}

const PREPARATION = 'How pictures are prepared, where the guess is wrong:';

export function addKindOptions(command: Command): void {
  command
    .addOption(new Option('--task <task>', 'What it is for; guessed from the graph.').choices([...TASKS]))
    .option('--family <family>', 'The code that knows its architecture; guessed from the graph.');
}

export function addPreparationOptions(command: Command): void {
  const choice = (flags: string, description: string, choices: readonly string[]) =>
    new Option(flags, description).choices([...choices]);
  const options = [
    new Option('--width <pixels>', 'Width of the network’s input.').argParser(readWholeNumber),
    new Option('--height <pixels>', 'Height of the network’s input.').argParser(readWholeNumber),
    choice('--resize <mode>', 'How pictures come to that size.', RESIZE_MODES),
    new Option('--shortest-edge <pixels>', 'With --resize shortest-edge: the shorter side.').argParser(
      readWholeNumber,
    ),
    new Option('--longest-edge <pixels>', 'Likewise: the most that the longer side may have.').argParser(
      readWholeNumber,
    ),
    new Option('--multiple-of <pixels>', 'Likewise: pad to a multiple of this.').argParser(readWholeNumber),
    choice(
      '--letterbox-anchor <where>',
      'Where the picture lies in a letterbox.',
      PreparationSchema.properties.letterbox_anchor.enum,
    ),
    choice('--letterbox-rounding <how>', 'How its sides become whole pixels.', LETTERBOX_ROUNDINGS),
    new Option('--padding-color <r,g,b>', 'Colour around it, 0 to 255.').argParser(readPerChannel),
    choice('--resampler <name>', 'The library that pictures were resized with in training.', RESAMPLERS),
    new Option(
      '--scale <factor>',
      'Pixels from 0 to 255 are multiplied by this: 1/255, 1/127.5, 1.',
    ).argParser(readNumber),
    new Option('--mean <r,g,b>', 'Then this is taken off, in the order of the channels.').argParser(
      readPerChannel,
    ),
    new Option('--std <r,g,b>', 'Then divided by this.').argParser(readPerChannel),
    choice(
      '--channel-order <order>',
      'Order of the colours.',
      PreparationSchema.properties.channel_order.enum,
    ),
    choice('--layout <layout>', 'Order of the input’s dimensions.', PreparationSchema.properties.layout.enum),
  ];
  for (const option of options) command.addOption(option.helpGroup(PREPARATION));
}

/** From the words of the command line to those of the manifest. */
export function preparationHints(options: PreparationOptions): PreparationHints {
  const hints: Record<string, unknown> = {
    width: options.width,
    height: options.height,
    resize: options.resize,
    shortest_edge: options.shortestEdge,
    longest_edge: options.longestEdge,
    multiple_of: options.multipleOf,
    letterbox_anchor: options.letterboxAnchor,
    letterbox_rounding: options.letterboxRounding,
    padding_color: options.paddingColor,
    resampler: options.resampler,
    scale: options.scale,
    mean: options.mean,
    std: options.std,
    channel_order: options.channelOrder,
    layout: options.layout,
  };
  return Object.fromEntries(
    Object.entries(hints).filter(([, value]) => value !== undefined),
  ) as PreparationHints;
}
