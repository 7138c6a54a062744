import type { ModelManifest } from '@darkroom/contracts';
import { DarknetError } from './darknet-error.js';
import { type ImportedNetwork, type InputSizeOverride, importNetwork } from './import-network.js';
import { parseNames } from './names.js';
import { networkModel } from './network-model.js';
import { parseCfg } from './parse-cfg.js';

/** How pictures come onto the network's input. */
export type DarknetResize = 'letterbox' | 'stretch';

export interface DarknetImport extends InputSizeOverride {
  /** Content of the `.cfg` file. */
  readonly cfg: Uint8Array;
  /** Content of the `.weights` file. */
  readonly weights: Uint8Array;
  /** Content of the `.names` file; without it, classes are called by their numbers. */
  readonly names?: Uint8Array | undefined;
  /** When left out: as the cfg's `letter_box` says, and letterbox where it says nothing. */
  readonly resize?: DarknetResize | undefined;
}

/** What the manifest of the model says; id, description, license and files are whoever writes it's. */
export type DarknetManifest = Required<
  Pick<ModelManifest, 'task' | 'family' | 'labels' | 'preparation' | 'defaults' | 'family_options'>
>;

export interface ImportedDarknet {
  /** The bytes of the `.onnx` file. */
  readonly model: Buffer;
  readonly manifest: DarknetManifest;
  /** What whoever imports it may want to know, one sentence each. */
  readonly notes: readonly string[];
}

/** `detector test` of Darknet suppresses boxes that overlap another of their class by more. */
const DARKNET_IOU_THRESHOLD = 0.45;
/** The half grey of `letterbox_image`, 0.5, of pixels from 0 to 255. */
const HALF_GREY = 127.5;

/**
 * Turns a Darknet detector into an ONNX graph and the manifest of a model of the yolo family.
 * @throws DarknetError that names file, section and line
 * @throws OnnxFileError when the graph would be larger than an `.onnx` file can be
 */
export function importDarknet({ cfg, weights, names, resize, ...size }: DarknetImport): ImportedDarknet {
  const network = importNetwork(parseCfg(cfg), weights, size);
  const [head] = network.heads;
  if (!head) {
    throw new DarknetError(
      'cfg',
      null,
      'expected a detector, which has a [yolo] or [region] section; this network has none',
    );
  }
  const notes = [...network.notes];
  if (!names) notes.push(`There is no names file: the ${head.classes} classes are called by their numbers.`);
  const labels = names ? parseNames(names, head.classes) : numberedLabels(head.classes);
  const preparation = preparationOf(network, resize);
  return {
    model: networkModel(network),
    manifest: {
      task: 'detection',
      family: 'yolo',
      labels,
      preparation,
      defaults: { iou_threshold: DARKNET_IOU_THRESHOLD },
      family_options: { layout: 'darknet-heads' },
    },
    notes,
  };
}

function numberedLabels(classes: number): string[] {
  return Array.from({ length: classes }, (_, at) => `class ${at}`);
}

function preparationOf(
  { input, letterBox }: ImportedNetwork,
  resize: DarknetResize | undefined,
): DarknetManifest['preparation'] {
  const mode = resize ?? (letterBox === 0 ? 'stretch' : 'letterbox');
  const common = { ...input, resampler: 'darknet' as const };
  if (mode === 'stretch') return { resize: mode, ...common };
  return {
    resize: mode,
    ...common,
    letterbox_rounding: 'floor',
    padding_color: [HALF_GREY, HALF_GREY, HALF_GREY],
  };
}
