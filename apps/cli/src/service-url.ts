import type { Env } from './env.js';

/** Where the service is: as an option says, else DARKROOM_URL, else where `npm start` has it on this machine. */
export function serviceUrl(
  { url }: { readonly url?: string | undefined },
  { DARKROOM_URL, PORT }: Env,
): string {
  return url ?? DARKROOM_URL ?? `http://127.0.0.1:${PORT}`;
}
