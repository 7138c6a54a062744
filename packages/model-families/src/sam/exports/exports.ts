import { describeSpec, type GraphSignature } from '@darkroom/tensor';
import { inGraph } from '../../finding.js';
import type { ExportContract, ReadDecoder } from './export-contract.js';
import { meta } from './meta.js';
import { sam2 } from './sam2.js';
import { transformers } from './transformers.js';

/** Every way of exporting that is understood. Some have inputs of others, so the order counts. */
const EXPORTS: readonly ExportContract[] = [sam2, transformers, meta];

/** A picture has three channels. */
const isPicture = ({ dims }: { dims: readonly (number | null)[] }) => dims.length >= 3 && dims.includes(3);

/** For people: every way, and how it is known. */
export const EXPORTS_IN_WORDS = EXPORTS.map(({ description }) => description).join('; ');

/** The way that a decoder is meant to be exported in, whether or not it is sound; `null` where it is no decoder. */
export function exportOf(decoder: GraphSignature): ExportContract | null {
  return EXPORTS.find(({ isMeant }) => isMeant(decoder)) ?? null;
}

/** Whether encoder and decoder are one graph. */
export function takesPicture({ inputs }: GraphSignature): boolean {
  return inputs.some(isPicture);
}

/** What is known of a decoder, in whichever way it is exported. */
export function readExport(encoder: GraphSignature, decoder: GraphSignature): ReadDecoder {
  const contract = exportOf(decoder);
  if (contract) return contract.read(encoder, decoder);
  const remedy = exportOf(encoder)
    ? '. It is the other way round: change encoder and decoder in `files`'
    : takesPicture(decoder)
      ? '. It takes a picture itself: export the image encoder and the decoder of masks as two graphs'
      : '';
  const detail =
    `expected a decoder of ${EXPORTS_IN_WORDS}; ` +
    `got ${decoder.inputs.map(describeSpec).join('; ')}${remedy}`;
  return { decoder: null, findings: [inGraph('inputs', detail)] };
}
