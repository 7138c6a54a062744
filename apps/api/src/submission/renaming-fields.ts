import { DarkroomError } from '@darkroom/contracts';
import { pointerTo } from './check-fields.js';

/**
 * Checks fields on behalf of a request that has them in other places, and tells of errors by these.
 * @param rename the place in the request, from the path in what is checked
 */
export async function renamingFields<Checked>(
  rename: (path: readonly string[]) => readonly string[],
  check: () => Promise<Checked>,
): Promise<Checked> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof DarkroomError)) throw error;
    const fields = error.fields.map(({ pointer, detail }) => ({
      pointer: pointerTo(...rename(pathOf(pointer))),
      detail,
    }));
    const { code, message, retryAfterSeconds } = error;
    throw new DarkroomError(code, message, {
      fields,
      cause: error,
      ...(retryAfterSeconds !== null && { retryAfterSeconds }),
    });
  }
}

function pathOf(pointer: string): string[] {
  return pointer.split('/').slice(1);
}
