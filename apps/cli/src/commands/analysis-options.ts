import {
  type AnalysisFields,
  MASK_FORMATS,
  type MaskFormat,
  REGION_CROPS,
  type RegionCrop,
  TEMPLATE_PLACE,
} from '@darkroom/contracts';
import { type Command, Option } from 'commander';
import { parseGivenList, readGivenText } from './given-text.js';
import { readBoxes, readNumber, readPoint, readTexts, readWholeNumber } from './option-values.js';

type Regions = NonNullable<AnalysisFields['regions']>;
type Point = ReturnType<typeof readPoint>[number];

/** The options of `analyze` that say what pictures are compared with, and where in them, as commander names them. */
export interface AnalysisOptions {
  readonly concept?: readonly string[];
  /** JSON, or the name of a file behind an `@`. */
  readonly concepts?: string;
  readonly template?: string;
  readonly box?: readonly (readonly number[])[];
  readonly point?: readonly Point[];
  /** JSON, or the name of a file behind an `@`. */
  readonly regions?: string;
  readonly maxRegions?: number;
  readonly regionCrop?: RegionCrop;
  readonly segmentationModel?: string;
  readonly maskFormat?: MaskFormat;
  readonly polygonTolerance?: number;
}

const COMPARED = 'What pictures are compared with:';
const WHERE = 'Where to look, beside the picture as a whole:';
const CONCEPTS_EXAMPLE = `'["a red star", "a blue circle"]'`;
const REGIONS_EXAMPLE = `'[{"box": [40, 60, 310, 290]}, {"points": [{"x": 320, "y": 240}]}]'`;

export function addAnalysisOptions(command: Command): Command {
  const compared = [
    new Option('--concept <text>', 'What a picture may show, in words; may be given again.').argParser(
      readTexts,
    ),
    new Option('--concepts <list>', 'Many of them: @file with one a line, or JSON.'),
    new Option(
      '--template <text>',
      `What the model reads for a concept, with ${TEMPLATE_PLACE} in its place; default: as the model has it.`,
    ),
  ];
  const where = [
    new Option(
      '--box <x0,y0,x1,y1>',
      'A region: left, upper, right and lower edge around it, in pixels of the picture; may be given again.',
    ).argParser(readBoxes),
    new Option('--point <x,y>', 'A region: what is at this point; may be given again.').argParser(readPoint),
    new Option(
      '--regions <json>',
      'Regions of several points, as the REST API has them: JSON, or @file with some.',
    ),
    new Option(
      '--max-regions <number>',
      'Of the regions that are found where none are given, the largest so many; 0: none.',
    ).argParser(readWholeNumber),
    new Option('--region-crop <kind>', 'What of a region the model is shown.').choices([...REGION_CROPS]),
    new Option('--segmentation-model <id>', 'The model that makes regions; default: the service’s.'),
    new Option('--mask-format <format>', 'How the masks of regions are given.').choices([...MASK_FORMATS]),
    new Option('--polygon-tolerance <pixels>', 'How far a polygon may leave the mask’s outline.').argParser(
      readNumber,
    ),
  ];
  for (const option of compared) command.addOption(option.helpGroup(COMPARED));
  for (const option of where) command.addOption(option.helpGroup(WHERE));
  return command;
}

/**
 * From the words of the command line to those of the contract.
 * @throws UsageFailure when options don’t go together, CommandFailure when a file cannot be read
 */
export async function analysisFields(options: AnalysisOptions) {
  return {
    concepts: await conceptsOf(options),
    template: options.template,
    regions: await regionsOf(options),
    max_regions: options.maxRegions,
    region_crop: options.regionCrop,
    segmentation_model: options.segmentationModel,
    mask_format: options.maskFormat,
    polygon_tolerance: options.polygonTolerance,
  };
}

/** Those given one by one come first. */
async function conceptsOf({ concept, concepts }: AnalysisOptions): Promise<string[] | undefined> {
  if (concepts === undefined) return concept && [...concept];
  const { text, where } = await readGivenText(concepts, { option: '--concepts', what: 'concepts' });
  const isJson = text.trimStart().startsWith('[') || !concepts.startsWith('@');
  const listed = isJson
    ? parseGivenList<string>(text.trim(), where, { expected: 'a list of texts', example: CONCEPTS_EXAMPLE })
    : text.split(/\r?\n/).map((line) => line.trim());
  return [...(concept ?? []), ...(isJson ? listed : listed.filter((line) => line !== ''))];
}

/** Boxes, then points, each a region of its own; `undefined` where regions are to be found. */
async function regionsOf({ box = [], point = [], regions }: AnalysisOptions): Promise<Regions | undefined> {
  const each: Regions = [
    ...box.map((edges) => ({ box: [...edges] })),
    ...point.map((one) => ({ points: [one] })),
  ];
  if (regions === undefined) return each.length > 0 ? each : undefined;
  const { text, where } = await readGivenText(regions, { option: '--regions', what: 'regions' });
  const listed = parseGivenList<Regions[number]>(text, where, {
    expected: 'a list with an entry for each region',
    example: REGIONS_EXAMPLE,
  });
  return [...each, ...listed];
}
