import { type CompleteManifest, type ModelProblem, schemaProblems } from '@darkroom/model-catalog';
import type { GraphSignature, TensorSpec, TensorType } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { type Finding, inManifest, problemsFrom } from '../finding.js';
import { normalizationOf } from '../prepare-picture.js';
import type { EncoderResize } from './encoder-placement.js';
import type { SamDecoder } from './exports/export-contract.js';
import { readExport } from './exports/exports.js';
import { DefaultsSchema, promptKinds } from './options.js';
import type { EncoderInput } from './prepare.js';
import { promptKindsOf } from './prompt-kinds.js';

/** What the family knows of an encoder that fits. */
export interface EncoderSignature {
  readonly inputName: string;
  readonly inputType: TensorType;
  readonly input: EncoderInput;
  readonly resize: EncoderResize;
  /** Of the square input, in pixels. */
  readonly inputSide: number;
}

/** What the family knows of two graphs that fit. */
export interface SamSignature {
  readonly encoder: EncoderSignature;
  readonly decoder: SamDecoder;
}

export type ReadSamSignature =
  | { readonly signature: SamSignature; readonly problems: readonly [] }
  | { readonly signature: null; readonly problems: readonly ModelProblem[] };

/**
 * Whether two graphs are the encoder and the decoder of a Segment Anything that the manifest describes.
 * @returns what the family knows of them, or all that doesn't fit
 */
export function readSignature(
  manifest: CompleteManifest,
  encoder: GraphSignature,
  decoder: GraphSignature,
): ReadSamSignature {
  const { preparation, files } = manifest;
  const ofManifest = [...checkDefaults(manifest), ...checkPreparation(manifest)];
  const input = checkInput(preparation, encoder.inputs, { withoutBatch: true });
  const read = readExport(encoder, decoder);
  if (read.decoder) ofManifest.push(...checkPromptKinds(manifest, read.decoder));
  const problems = [
    ...problemsFrom([...ofManifest, ...input.findings], files.encoder?.path),
    ...problemsFrom(read.findings, files.decoder?.path),
  ];
  if (input.spec && read.decoder && problems.length === 0) {
    return {
      signature: { encoder: encoderSignature(manifest, input.spec), decoder: read.decoder },
      problems: [],
    };
  }
  return { signature: null, problems };
}

const BATCH_RANK = 4;

function encoderSignature({ preparation }: CompleteManifest, spec: TensorSpec): EncoderSignature {
  const hasBatch = spec.dims.length === BATCH_RANK;
  const sides = preparation.layout === 'nchw' ? spec.dims.slice(-2) : spec.dims.slice(-3, -1);
  return {
    inputName: spec.name,
    inputType: spec.type,
    input: {
      resampler: preparation.resampler!,
      normalization: normalizationOf(preparation),
      // A graph for one picture of any size pads by itself: its network takes only one size.
      isPadded: hasBatch || sides.every((side) => side !== null),
      hasBatch,
    },
    resize: preparation.resize === 'stretch' ? 'stretch' : 'longest-side',
    inputSide: preparation.width!,
  };
}

function checkDefaults({ defaults }: CompleteManifest): Finding[] {
  return schemaProblems(DefaultsSchema, defaults, '#/defaults').map(({ pointer, detail }) =>
    inManifest(pointer, detail),
  );
}

/** Pictures are placed as segment-anything does it, or stretched. */
function checkPreparation({ preparation }: CompleteManifest): Finding[] {
  const { resize, width, height, letterbox_anchor, letterbox_rounding } = preparation;
  const tell = (field: string, detail: string) => inManifest(`#/preparation/${field}`, detail);
  if (resize !== 'letterbox' && resize !== 'stretch') {
    return [tell('resize', `expected letterbox (segment-anything) or stretch (SAM 2), got ${resize}`)];
  }
  const findings: Finding[] = [];
  if (width !== height) {
    findings.push(
      tell('height', `expected ${width}, the same as width, got ${height}; the encoder’s input is square`),
    );
  }
  if (resize === 'letterbox' && letterbox_anchor !== 'top-left') {
    findings.push(
      tell('letterbox_anchor', `expected top-left, as segment-anything has it, got ${letterbox_anchor}`),
    );
  }
  if (resize === 'letterbox' && letterbox_rounding !== 'round-half-up') {
    findings.push(
      tell(
        'letterbox_rounding',
        `expected round-half-up, as segment-anything has it, got ${letterbox_rounding}`,
      ),
    );
  }
  return findings;
}

/** What requests may hold is told before the graphs are open, so the manifest has to say it. */
function checkPromptKinds(manifest: CompleteManifest, decoder: SamDecoder): Finding[] {
  const wanted = promptKinds(manifest);
  const possible = promptKindsOf(decoder);
  const beyond = wanted.filter((kind) => !possible.includes(kind));
  if (beyond.length === 0 && wanted.includes('points')) return [];
  const detail =
    `expected ${JSON.stringify(possible)}, what the decoder takes, or less with "points" among it; ` +
    `got ${JSON.stringify(wanted)}${'prompt_kinds' in manifest.family_options ? '' : ', the default'}`;
  return [inManifest('#/family_options/prompt_kinds', detail)];
}
