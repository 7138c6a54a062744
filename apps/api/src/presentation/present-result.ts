import type { TaskResult } from '@darkroom/contracts';
import { jobUrls } from './urls.js';

/** A result as the wire has it: what was stored, with addresses that suit the request. */
export function presentResult(
  result: TaskResult,
  { jobId, base }: { jobId: string; base: string },
): TaskResult {
  if (!('images' in result)) return result;
  const { artifact: urlOf } = jobUrls(base, jobId);
  const images = result.images.map((image) => ({
    ...image,
    url: image.artifact === null ? null : urlOf(image.artifact),
  }));
  return { ...result, images };
}
