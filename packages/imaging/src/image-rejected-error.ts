/**
 * - `empty`: no bytes at all
 * - `unsupported_format`: something else than the formats taken, or a variant of one that isn't read
 * - `corrupt`: the right format, but damaged or cut off
 * - `too_many_pixels`: refused from the header, before anything is decoded
 */
export type ImageRejection = 'empty' | 'unsupported_format' | 'corrupt' | 'too_many_pixels';

/** A picture that is not taken. The message says what was expected, what came and what to do. */
export class ImageRejectedError extends Error {
  override readonly name = 'ImageRejectedError';

  constructor(
    readonly reason: ImageRejection,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
