import { readFileSync } from 'node:fs';
import type { Box, MaskRuns, Point } from '@darkroom/imaging';

const FOLDER = new URL('../../golden/sam/', import.meta.url);

interface GoldenEnlargement {
  readonly width: number;
  readonly height: number;
  readonly at_once: boolean;
  readonly masks: readonly {
    readonly counts: readonly number[];
    readonly area: number;
    readonly inclusive_box: Box;
    /** With an offset of 1, and of 2.5; null where 0 was divided by 0. */
    readonly stability: readonly [number | null, number | null];
  }[];
}

interface GoldenRegions {
  readonly width: number;
  readonly height: number;
  readonly min_area: number;
  readonly mask: readonly number[];
  readonly filled: readonly number[];
  readonly is_filled: boolean;
  readonly cleaned: readonly number[];
  readonly is_cleaned: boolean;
  readonly islands_removed: readonly number[];
}

interface GoldenCases {
  /** Width and height of a picture, the input's side, width and height on it. */
  readonly shapes: readonly (readonly [number, number, number, number, number])[];
  readonly coords: {
    readonly width: number;
    readonly height: number;
    readonly side: number;
    readonly points: readonly Point[];
    readonly box: Box;
    readonly points_in_model: readonly Point[];
    readonly box_in_model: Box;
  };
  readonly select_masks: readonly {
    readonly tokens: number;
    readonly iou_predictions: readonly number[];
    readonly selected: number;
  }[];
  readonly point_grids: readonly {
    readonly side: number;
    readonly layers: number;
    readonly scale: number;
    readonly grids: readonly (readonly Point[])[];
  }[];
  readonly crop_boxes: readonly {
    readonly width: number;
    readonly height: number;
    readonly layers: number;
    readonly overlap: number;
    readonly boxes: readonly Box[];
    readonly layer_of: readonly number[];
  }[];
  readonly enlargements: {
    readonly cells: number;
    readonly side: number;
    readonly pictures: readonly GoldenEnlargement[];
  };
  readonly small_regions: readonly GoldenRegions[];
}

/** The options as segment-anything names them. */
export type GoldenOptions = Readonly<Record<string, number>>;

interface GoldenEverything {
  readonly width: number;
  readonly height: number;
  readonly side: number;
  readonly options: GoldenOptions;
  readonly runs: readonly {
    readonly options: GoldenOptions;
    readonly masks: readonly {
      readonly counts: readonly number[];
      readonly area: number;
      /** Left, top, width and height less a pixel each. */
      readonly bbox: readonly number[];
      readonly predicted_iou: number;
      readonly stability_score: number;
      readonly point: Point;
      readonly crop_box: readonly number[];
    }[];
  }[];
}

const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));

/** What segment-anything made: see `golden/README.md`. */
export const samCases: GoldenCases = readJson('cases.json');
export const samEverything: GoldenEverything = readJson('everything.json');

/** The lengths of runs of 0 and 1 in turn, as segment-anything has them. */
export function countsOf({ edges, pictureWidth, pictureHeight }: MaskRuns): number[] {
  const counts: number[] = [];
  let last = 0;
  for (const edge of edges) {
    counts.push(edge - last);
    last = edge;
  }
  const pixels = pictureWidth * pictureHeight;
  return last < pixels ? [...counts, pixels - last] : counts;
}

export function runsFromCounts(counts: readonly number[], width: number, height: number): MaskRuns {
  const edges: number[] = [];
  let position = 0;
  for (const [i, count] of counts.entries()) {
    if (i > 0 && (i % 2 === 0 || count > 0)) edges.push(position);
    position += count;
  }
  if (edges.length % 2 === 1) edges.push(position);
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.from(edges) };
}
