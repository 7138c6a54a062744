/** No field needs more; and what is nested without end would overflow the stack of whoever looks into it. */
export const LEVELS_MAX = 16;

/** Whether objects and lists lie deeper in one another than `levels`. Walks without recursion, so depth can't hurt. */
export function isNestedTooDeep(value: unknown, levels: number): boolean {
  const open: { readonly inner: unknown; readonly depth: number }[] = [{ inner: value, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.inner !== 'object' || next.inner === null) continue;
    if (next.depth >= levels) return true;
    for (const inner of Object.values(next.inner)) open.push({ inner, depth: next.depth + 1 });
  }
  return false;
}
