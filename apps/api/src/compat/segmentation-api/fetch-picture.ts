import { DarkroomError } from '@darkroom/contracts';
import type { SentPicture } from '../compat-jobs.js';

/**
 * Fetches the picture at an address that came from outside.
 * @throws DarkroomError always: nothing is fetched yet
 */
export async function fetchPicture(_url: string): Promise<SentPicture> {
  throw new DarkroomError(
    'option_not_supported',
    'This version does not fetch pictures from URLs. Send the file to /infer/file.',
  );
}
