import { type MaskEnlargement, type Placement, placePicture, type Size } from '@darkroom/imaging';

/**
 * How a picture gets onto the square input of an encoder, and its masks come back:
 * - `longest-side`: the proportions kept, the rest of the input empty (segment-anything). Masks are enlarged to the
 *   whole input first, and what shows the picture to the picture's size.
 * - `stretch`: to exactly the input (SAM 2). Masks are enlarged to the picture's size at once.
 */
export type EncoderResize = 'longest-side' | 'stretch';

/**
 * Where a picture lies on the encoder's input: `ResizeLongestSide.get_preprocess_shape` of segment-anything, but a
 * picture so thin that it would vanish keeps a pixel.
 * @param inputSide of the encoder's square input, in pixels
 */
export function encoderPlacement(picture: Size, resize: EncoderResize, inputSide: number): Placement {
  const sizes = {
    pictureWidth: picture.width,
    pictureHeight: picture.height,
    inputWidth: inputSide,
    inputHeight: inputSide,
  };
  return resize === 'stretch'
    ? placePicture({ ...sizes, mode: 'stretch' })
    : placePicture({
        ...sizes,
        mode: 'letterbox',
        letterboxAnchor: 'top-left',
        rounding: 'round-half-up',
      });
}

/** Where in a picture the part lies that the encoder was given. */
export interface PicturePart {
  readonly picture: Size;
  readonly x: number;
  readonly y: number;
}

/**
 * How the decoder's masks become masks of the picture.
 * @param placement of the picture, or of the part of it that the encoder was given
 * @param cells of the decoder's masks, such as 256 × 256
 * @param part left out where the encoder was given the whole picture
 */
export function maskEnlargement(
  placement: Placement,
  resize: EncoderResize,
  cells: Size,
  part?: PicturePart,
): MaskEnlargement {
  const { inputWidth, inputHeight, resizedWidth, resizedHeight } = placement;
  const pixels = { width: placement.pictureWidth, height: placement.pictureHeight };
  const isAtOnce = resize === 'stretch';
  return {
    cells,
    nodes: isAtOnce ? null : { width: inputWidth, height: inputHeight },
    shown: isAtOnce ? cells : { width: resizedWidth, height: resizedHeight },
    pixels,
    ...(part ?? { picture: pixels, x: 0, y: 0 }),
  };
}
