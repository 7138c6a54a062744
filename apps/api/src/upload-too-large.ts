import { DarkroomError } from '@darkroom/contracts';

/** @param cameBytes left out where no more was read than what is too much */
export function uploadTooLarge(maxBytes: number, cameBytes?: number): DarkroomError {
  const came = cameBytes === undefined ? 'more came' : `${cameBytes} came`;
  return new DarkroomError(
    'upload_too_large',
    `A picture may have ${maxBytes} bytes (MAX_UPLOAD_BYTES of the service), ${came}. Send a smaller or more compressed picture, or raise the limit.`,
  );
}
