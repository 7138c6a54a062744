/** No answer at all: the service doesn't run, its address is wrong, or the connection broke. */
export class DarkroomUnreachable extends Error {
  override readonly name = 'DarkroomUnreachable';

  constructor(address: string, cause: unknown) {
    super(`no answer from Darkroom at ${address}: ${deepestMessage(cause)}`, { cause });
  }
}

/** `fetch` says only "fetch failed"; what happened stands in its causes. */
function deepestMessage(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (!(deepest instanceof Error)) return String(deepest);
  const code = 'code' in deepest ? String(deepest.code) : '';
  return deepest.message.includes(code) ? deepest.message : `${deepest.message} (${code})`.trim();
}
