import type { ExportContract } from './export-contract.js';
import { readTokenDecoder } from './token-decoder.js';

/**
 * As segment-anything's `export_onnx_model.py` has the decoder; the encoder is exported by whoever wants one, with or
 * without the normalization in it. Masks in the size of the picture are a second answer, which is not made use of.
 */
export const meta: ExportContract = {
  description:
    'segment-anything (image_embeddings, point_coords, point_labels, mask_input, has_mask_input, orig_im_size)',
  isMeant: ({ inputs }) =>
    inputs.some(({ name }) => name === 'point_coords') &&
    inputs.some(({ name }) => name === 'image_embeddings'),
  read: (encoder, decoder) =>
    readTokenDecoder(encoder, decoder, {
      embeddings: ['image_embeddings'],
      padding: 'without-box',
      addedTokens: 0,
      masksOutput: 'low_res_masks',
      hasPictureSize: true,
    }),
};
