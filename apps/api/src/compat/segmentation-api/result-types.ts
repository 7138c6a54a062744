/** What can be asked for, and the artifact of a segmentation job that has it. */
export const RESULT_TYPES = {
  logits: 'logits',
  pixels_distribution: 'probabilities',
  segmentation_map: 'segmentation_map',
} as const;

export type ResultType = keyof typeof RESULT_TYPES;

export function isResultType(name: string): name is ResultType {
  return Object.hasOwn(RESULT_TYPES, name);
}
