import {
  detectImageFormat,
  ImageRejectedError,
  PICTURE_FORMATS,
  type PictureFormat,
} from '@darkroom/imaging';

/** The format that a picture came in, as the original answers in; JPEG for those that can't be written. */
export function pictureFormatOf(bytes: Buffer): PictureFormat {
  try {
    const format = detectImageFormat(bytes);
    return PICTURE_FORMATS.find((known) => known === format) ?? 'jpeg';
  } catch (error) {
    // Submitting it says what is wrong with it.
    if (error instanceof ImageRejectedError) return 'jpeg';
    throw error;
  }
}
