/** Each part of a mask whose pixels are connected by their edges, as a mask of its own, by its first pixel. */
export function connectedParts(mask: Uint8Array, width: number, height: number): Uint8Array[] {
  const rest = mask.slice();
  const parts: Uint8Array[] = [];
  for (let first = rest.indexOf(1); first !== -1; first = rest.indexOf(1)) {
    const part = new Uint8Array(mask.length);
    const open = [first];
    while (open.length > 0) {
      const at = open.pop()!;
      if (rest[at] !== 1) continue;
      rest[at] = 0;
      part[at] = 1;
      if (at % width > 0) open.push(at - 1);
      if (at % width < width - 1) open.push(at + 1);
      if (at >= width) open.push(at - width);
      if (at < width * (height - 1)) open.push(at + width);
    }
    parts.push(part);
  }
  return parts;
}
