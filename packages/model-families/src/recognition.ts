import type { Preparation } from '@darkroom/contracts';
import type { GraphSignature } from '@darkroom/tensor';

/** A graph that somebody wants to add, before there is a manifest for it. */
export interface GraphCandidate {
  /** As ONNX Runtime tells it. */
  readonly signature: GraphSignature;
  /** `metadata_props` of the `.onnx` file. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What the `config.json` of transformers names, such as `SegformerForSemanticSegmentation`; `null` elsewhere. */
  readonly architecture: string | null;
  /** Where something beside the graph names them. */
  readonly labels: readonly string[] | null;
  /** Of the picture input, read from the signature or from the user's options. */
  readonly layout: 'nchw' | 'nhwc' | null;
  /** Of the picture input, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
}

/** What a family makes of a graph. */
export interface Recognition {
  readonly sureness: 'certain' | 'likely' | 'possible';
  /** For people: "output `output0` [1, 84, 8400] is ultralytics’ layout with 80 classes". */
  readonly reason: string;
  /** `null` where the graph doesn't tell. */
  readonly classes: number | null;
  /** What such models are trained with; users' options win. */
  readonly preparation: Partial<Preparation>;
  readonly familyOptions: Readonly<Record<string, unknown>>;
}
