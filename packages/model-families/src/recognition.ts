import type { Preparation } from '@darkroom/contracts';
import type { GraphSignature } from '@darkroom/tensor';

/** One of the graphs that somebody wants to add. */
export interface CandidateGraph {
  /** Of its file, as seen from the model's folder: `vision_encoder.onnx`, `unet/model.onnx`. */
  readonly path: string;
  /** As ONNX Runtime tells it. */
  readonly signature: GraphSignature;
  /** `metadata_props` of the `.onnx` file. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Of the picture input, read from the signature or from the user's options. */
  readonly layout: 'nchw' | 'nhwc' | null;
  /** Of the picture input, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
}

/** What the files beside the graphs tell. */
interface CandidateSurroundings {
  /** What the `config.json` of transformers names, such as `SegformerForSemanticSegmentation`; `null` elsewhere. */
  readonly architecture: string | null;
  /** Where something beside the graphs names them. */
  readonly labels: readonly string[] | null;
}

/** Graphs that somebody wants to add as one model, before there is a manifest for it. */
export interface ModelCandidate extends CandidateSurroundings {
  /** One at least. Which of them are of the model, and as what, the family finds out. */
  readonly graphs: readonly CandidateGraph[];
  /** Configurations and tokenizers beside them. */
  readonly companions?: readonly CandidateCompanion[];
}

/** A file that may be part of a model beside its graphs. */
export interface CandidateCompanion {
  /** As seen from the model's folder: `tokenizer/vocab.json`. */
  readonly path: string;
  /** What it says, where it is a configuration in JSON. */
  readonly config: Readonly<Record<string, unknown>> | null;
}

/** The same for families whose models have one graph. */
export interface GraphCandidate extends CandidateGraph, CandidateSurroundings {}

export const SURENESS = ['possible', 'likely', 'certain'] as const;
export type Sureness = (typeof SURENESS)[number];

/** What a family makes of one graph that is a whole model. */
export interface GraphRecognition {
  readonly sureness: Sureness;
  /** For people: "output `output0` [1, 84, 8400] is ultralytics’ layout with 80 classes". */
  readonly reason: string;
  /** `null` where the graph doesn't tell, 0 where such models have no classes. */
  readonly classes: number | null;
  /** What such models are trained with; users' options win. */
  readonly preparation: Partial<Preparation>;
  readonly familyOptions: Readonly<Record<string, unknown>>;
}

/** What a family makes of graphs that are a whole model. */
export interface Recognition extends GraphRecognition {
  /** Paths of graphs and other files by their part in `files` of the manifest. Those that are no part are left out. */
  readonly parts: Readonly<Record<string, string>>;
  /** Path of the graph that takes the picture; `null` where the manifest has no preparation. */
  readonly pictureGraph: string | null;
  /** Whether the middle of a picture is enough, where the original cuts it out. Default: all of it is shown. */
  readonly isCropped?: boolean;
  /** Of request fields, where such models want others than the family has. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** Graphs that are of a family for sure or likely, and no whole model of it: one is missing, or there are too many. */
export interface IncompleteModel {
  readonly sureness: Sureness;
  /** For people: what was found. */
  readonly reason: string;
  /** What is missing or too much, and what to do; a sentence without its full stop. */
  readonly lacks: string;
}

export function isIncomplete(found: Recognition | IncompleteModel): found is IncompleteModel {
  return 'lacks' in found;
}
