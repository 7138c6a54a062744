import type { ExportContract } from './export-contract.js';
import { PICTURE_SIZE_INPUT, readTokenDecoder } from './token-decoder.js';

const LOW_RES_MASKS = 'low_res_masks';

/**
 * SAM 2 and 2.1 with three maps between encoder and decoder, as samexporter has them. The decoder adds the point that
 * is none by itself, whether or not there is a box. Some enlarge their masks to a size, and are told that of the masks.
 */
export const sam2: ExportContract = {
  description:
    'SAM 2 (image_embed, high_res_feats_0, high_res_feats_1, point_coords, point_labels, mask_input, has_mask_input)',
  isMeant: ({ inputs }) => inputs.some(({ name }) => name === 'high_res_feats_0'),
  read: (encoder, decoder) =>
    readTokenDecoder(encoder, decoder, {
      embeddings: ['image_embed', 'high_res_feats_0', 'high_res_feats_1'],
      padding: 'never',
      addedTokens: 1,
      masksOutput: decoder.outputs.some(({ name }) => name === LOW_RES_MASKS) ? LOW_RES_MASKS : 'masks',
      hasPictureSize: decoder.inputs.some(({ name }) => name === PICTURE_SIZE_INPUT),
    }),
};
