import { stridesOf } from './grid-cells.js';
import type { Layout, YoloOptions } from './options.js';

/** How candidates lie in one tensor: `[batch, candidates, values]` or `[batch, values, candidates]`. */
export interface CandidateLayout {
  readonly layout: Exclude<Layout, 'raw-heads'>;
  readonly candidates: 'first' | 'last';
  readonly objectness: boolean;
  /** Mask coefficients behind the scores; 0 without masks. */
  readonly coefficients: number;
  /** `null` where the tensor doesn't tell, and there are no labels. */
  readonly classes: number | null;
}

/** What is known of a tensor of candidates before the graph is run. */
export interface CandidateShape {
  readonly dims: readonly (number | null)[];
  /** How many prototypes for masks the graph gives; 0 for none. */
  readonly prototypes: number;
  /** How many labels the manifest names; `null` for none. */
  readonly labels: number | null;
  /** The network's input in pixels, where it is the same for all pictures. */
  readonly inputSize: { readonly width: number; readonly height: number } | null;
}

/** Values of a box: centre x, centre y, width, height. */
export const BOX_VALUES = 4;
/** Values of a box that the graph has already chosen: four edges, a score, a class. */
const CHOSEN_VALUES = 6;

const LAYOUTS = ['decoded', 'grid', 'end-to-end'] as const;

/** What a layout is always like, where it is always like that. */
const FIXED: Readonly<Record<CandidateLayout['layout'], Partial<CandidateLayout>>> = {
  decoded: {},
  grid: { candidates: 'first', objectness: true, coefficients: 0 },
  'end-to-end': { candidates: 'first', objectness: false },
  'darknet-heads': { candidates: 'first', objectness: true, coefficients: 0 },
};

/**
 * All ways in which a tensor of this shape can be read that agree with what the manifest says. One is the answer,
 * several are an ambiguity, none is a misfit.
 */
export function possibleLayouts(shape: CandidateShape, options: YoloOptions): CandidateLayout[] {
  const readings = combinations(shape, options).flatMap((combination) => read(combination, shape, options));
  const certain = readings.filter(({ candidates }) => valuesIn(shape, candidates) !== null);
  const likely = preferMoreCandidates(certain.length > 0 ? certain : readings, shape, options);
  return preferByCount(likely, shape, options);
}

/** The number of candidates in a shape; `null` where it is free. */
export function candidatesIn({ dims }: CandidateShape, candidates: 'first' | 'last'): number | null {
  return dims[candidates === 'first' ? 1 : 2] ?? null;
}

/** The number of values for each candidate; `null` where it is free. */
export function valuesIn({ dims }: CandidateShape, candidates: 'first' | 'last'): number | null {
  return dims[candidates === 'first' ? 2 : 1] ?? null;
}

type Combination = Omit<CandidateLayout, 'classes'>;

function combinations({ prototypes, labels }: CandidateShape, options: YoloOptions): Combination[] {
  const layouts = LAYOUTS.filter((layout) => options.layout === undefined || options.layout === layout);
  const named = options.layout === 'darknet-heads' ? (['darknet-heads'] as const) : layouts;
  const given = {
    ...(options.candidates && { candidates: options.candidates }),
    ...(options.objectness !== undefined && { objectness: options.objectness }),
    ...((options.masks === true || (options.masks === false && labels === null)) && {
      coefficients: prototypes,
    }),
  };
  return named
    .flatMap((layout) =>
      (['last', 'first'] as const).flatMap((candidates) =>
        [false, true].flatMap((objectness) =>
          [...new Set([0, prototypes])].map((coefficients) => ({
            layout,
            candidates,
            objectness,
            coefficients,
          })),
        ),
      ),
    )
    .filter((combination) => agrees(combination, given) && agrees(combination, FIXED[combination.layout]));
}

function agrees(combination: Combination, wanted: Partial<CandidateLayout>): boolean {
  return Object.entries(wanted).every(([name, value]) => combination[name as keyof Combination] === value);
}

function read(combination: Combination, shape: CandidateShape, options: YoloOptions): CandidateLayout[] {
  const { layout, candidates, objectness, coefficients } = combination;
  const values = valuesIn(shape, candidates);
  const { labels } = shape;
  if (layout === 'end-to-end') {
    return values === CHOSEN_VALUES + coefficients ? [{ ...combination, classes: labels }] : [];
  }
  const classes = values === null ? labels : values - BOX_VALUES - (objectness ? 1 : 0) - coefficients;
  if (classes === null || classes < 1 || (labels !== null && labels !== classes)) return [];
  if (layout === 'grid' && !fitsGrid(shape, options)) return [];
  return [{ ...combination, classes }];
}

/** Whether there can be one candidate for each cell of the grids. */
function fitsGrid(shape: CandidateShape, { strides }: YoloOptions): boolean {
  const count = candidatesIn(shape, 'first');
  return count === null || shape.inputSize === null || stridesOf(count, shape.inputSize, strides) !== null;
}

/** Without labels any number of values makes sense; there are more candidates than that, unless they are chosen. */
function preferMoreCandidates(
  readings: CandidateLayout[],
  { dims: [, a, b], labels }: CandidateShape,
  options: YoloOptions,
): CandidateLayout[] {
  if (labels !== null || options.candidates !== undefined) return readings;
  if (a == null || b == null || a === b) return readings;
  return readings.filter(
    ({ layout, candidates }) => layout === 'end-to-end' || (candidates === 'first') === a > b,
  );
}

/**
 * Six values for each of 300 candidates are what end-to-end graphs give; for one candidate, or three, in each cell of
 * the grids they are four of a box and two scores.
 */
function preferByCount(
  readings: CandidateLayout[],
  shape: CandidateShape,
  { layout }: YoloOptions,
): CandidateLayout[] {
  const count = candidatesIn(shape, 'first');
  if (layout !== undefined || count === null || shape.inputSize === null) return readings;
  if (!readings.some((reading) => reading.layout === 'end-to-end')) return readings;
  const isOfCells = [1, 3].some((anchors) => stridesOf(count / anchors, shape.inputSize!) !== null);
  return readings.filter((reading) => (reading.layout === 'end-to-end') !== isOfCells);
}
