import type { SamDecoder } from './exports/export-contract.js';
import type { PromptKind } from './options.js';

/** What prompts for a decoder may hold. */
export function promptKindsOf({ takesBoxes, maskCells }: SamDecoder): PromptKind[] {
  return ['points', ...(takesBoxes ? (['boxes'] as const) : []), ...(maskCells ? (['masks'] as const) : [])];
}
