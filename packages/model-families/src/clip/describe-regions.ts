import type { AnalysisOptions, AnalyzedRegion } from '@darkroom/contracts';
import type { Size } from '@darkroom/imaging';
import type { PipelineArtifact } from '../family.js';
import { fewAtATime } from '../few-at-a-time.js';
import { type MaskShape, shapeRuns } from '../mask-shapes.js';
import { artifactName } from '../picture-artifact.js';
import type { Region } from './regions.js';
import { describeScores, type ScoredEmbedding } from './score-embedding.js';

export interface DescribedRegions {
  readonly regions: readonly AnalyzedRegion[];
  /** The masks that were asked for as files. */
  readonly artifacts: readonly PipelineArtifact[];
}

/** Regions as a result has them, in their order. @param scored one for each, `null` for one without a pixel */
export async function describeRegions(
  regions: readonly Region[],
  scored: readonly (ScoredEmbedding | null)[],
  picture: Size,
  options: AnalysisOptions,
): Promise<DescribedRegions> {
  const described = await fewAtATime(regions, async (region, index) => {
    const { shape, artifact } = await shapeRuns(region.mask, index, picture, options);
    return { region: describe(region, index, scored[index]!, shape, options), artifact };
  });
  return {
    regions: described.map(({ region }) => region),
    artifacts: described.flatMap(({ artifact }) => artifact ?? []),
  };
}

function describe(
  { box, area, predictedIou }: Region,
  index: number,
  scored: ScoredEmbedding | null,
  shape: MaskShape['shape'],
  { concepts, outputs, output_format }: AnalysisOptions,
): AnalyzedRegion {
  const hasCrop = outputs.includes('crops') && box !== null;
  return {
    index,
    box: box === null ? [0, 0, 0, 0] : [...box],
    area,
    ...shape,
    predicted_iou: predictedIou,
    ...describeScores(scored, concepts),
    crop: hasCrop ? artifactName('crop', index, output_format) : null,
  };
}
