import { ANALYSIS_OUTPUTS, type AnalysisOptions, type AnalysisOutput } from '@darkroom/contracts';
import { distinctColor, drawCaption, drawNamedMasks, type Pixels } from '@darkroom/imaging';
import { encodeNpy, float32Tensor } from '@darkroom/tensor';
import type { PipelineArtifact } from '../family.js';
import { pictureArtifact } from '../picture-artifact.js';
import type { Region } from './regions.js';
import type { ScoredEmbedding } from './score-embedding.js';

/** What the artifacts of one job are made of. */
export interface AnalyzedPicture {
  readonly picture: Pixels;
  readonly options: AnalysisOptions;
  /** Of the whole picture; `null` where its regions were scored. */
  readonly whole: ScoredEmbedding | null;
  readonly regions: readonly Region[];
  /** One for each region; `null` for one without a pixel. */
  readonly scored: readonly (ScoredEmbedding | null)[];
  /** One for each concept. */
  readonly conceptEmbeddings: readonly Float32Array[];
  /** A region as the model was shown it. */
  crop(region: Region): Pixels;
  /** The whole picture as the network saw it. */
  modelInput(): Pixels;
}

type Maker = (analyzed: AnalyzedPicture) => Promise<PipelineArtifact[]>;

const MAKERS: Readonly<Record<AnalysisOutput, Maker>> = {
  overlay: async (analyzed) => {
    const drawn = analyzed.whole ? await captioned(analyzed) : await withRegions(analyzed);
    return [await pictureArtifact('overlay', null, drawn, analyzed.options.output_format)];
  },
  crops: async ({ regions, crop, options }) => {
    const artifacts: PipelineArtifact[] = [];
    // One after the other, as each may be as large as the picture.
    for (const [index, region] of regions.entries()) {
      if (region.box === null) continue;
      artifacts.push(await pictureArtifact('crop', index, crop(region), options.output_format));
    }
    return artifacts;
  },
  embedding: async (analyzed) => (analyzed.whole ? ofWhole(analyzed) : ofRegions(analyzed)),
  model_input: async ({ whole, modelInput }) =>
    whole ? [await pictureArtifact('model_input', null, modelInput(), 'png')] : [],
};

/** The artifacts asked for, in the order in which the contract lists them. */
export async function makeArtifacts(analyzed: AnalyzedPicture): Promise<PipelineArtifact[]> {
  const artifacts: PipelineArtifact[] = [];
  for (const output of ANALYSIS_OUTPUTS) {
    if (analyzed.options.outputs.includes(output)) artifacts.push(...(await MAKERS[output](analyzed)));
  }
  return artifacts;
}

function captioned({ picture, whole, options }: AnalyzedPicture): Promise<Pixels> {
  const { text, color } = nameOf(whole, 0, options);
  return drawCaption(picture, text, color);
}

function withRegions({ picture, regions, scored, options }: AnalyzedPicture): Promise<Pixels> {
  const named = regions.map(({ mask }, i) => ({ mask, ...nameOf(scored[i]!, i, options) }));
  return drawNamedMasks(picture, named);
}

/** Regions of one concept have one colour; without concepts, each has its own. */
function nameOf(scored: ScoredEmbedding | null, index: number, { concepts }: AnalysisOptions) {
  const top = scored?.top ?? null;
  if (top === null) return { text: '', color: distinctColor(index) };
  return { text: `${concepts[top]} ${scored!.scores[top]!.toFixed(2)}`, color: distinctColor(top) };
}

function ofWhole({ whole, conceptEmbeddings }: AnalyzedPicture): PipelineArtifact[] {
  const { embedding } = whole!;
  return [
    npyArtifact('embedding', [embedding], [embedding.length]),
    ...rowsArtifact('concept_embeddings', conceptEmbeddings),
  ];
}

/** Regions without a pixel have zeros. */
function ofRegions({ scored }: AnalyzedPicture): PipelineArtifact[] {
  const width = scored.find((one) => one !== null)?.embedding.length ?? 0;
  return rowsArtifact(
    'region_embeddings',
    scored.map((one) => one?.embedding ?? new Float32Array(width)),
  );
}

/** Nothing where nobody knows how wide a row would be. */
function rowsArtifact(name: string, rows: readonly Float32Array[]): PipelineArtifact[] {
  const width = rows[0]?.length ?? 0;
  return width === 0 ? [] : [npyArtifact(name, rows, [rows.length, width])];
}

function npyArtifact(name: string, rows: readonly Float32Array[], dims: readonly number[]): PipelineArtifact {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  for (const [i, row] of rows.entries()) data.set(row, i * row.length);
  return {
    name: `${name}.npy`,
    role: 'embedding',
    index: null,
    mediaType: 'application/octet-stream',
    width: null,
    height: null,
    bytes: encodeNpy(float32Tensor(data, dims)),
  };
}
