import { type FieldError, type Preparation, RESAMPLERS } from '@darkroom/contracts';

type Field = keyof Preparation;

/** Fields that only some resize modes make use of. Given with another, the manifest means something it doesn't say. */
export const PREPARATION_FIELD_MODES: Partial<Record<Field, readonly Preparation['resize'][]>> = {
  width: ['stretch', 'letterbox', 'shortest-edge'],
  height: ['stretch', 'letterbox', 'shortest-edge'],
  resampler: ['stretch', 'letterbox', 'shortest-edge'],
  shortest_edge: ['shortest-edge'],
  longest_edge: ['shortest-edge'],
  multiple_of: ['shortest-edge'],
  letterbox_anchor: ['letterbox', 'shortest-edge'],
  letterbox_rounding: ['letterbox'],
  shortest_edge_rounding: ['shortest-edge'],
  crop_rounding: ['shortest-edge'],
};

const NEEDED_BY: Record<Preparation['resize'], readonly Field[]> = {
  stretch: ['resampler', 'width', 'height'],
  letterbox: ['resampler', 'width', 'height'],
  'shortest-edge': ['resampler', 'shortest_edge'],
  none: [],
};

/** What of a preparation doesn't go together, beyond what its schema says. */
export function checkPreparation(preparation: Preparation): FieldError[] {
  const { resize, width, height, shortest_edge, longest_edge, std } = preparation;
  const problems: FieldError[] = [];
  const tell = (field: Field, detail: string) => problems.push({ pointer: `#/preparation/${field}`, detail });
  for (const field of NEEDED_BY[resize]) {
    if (preparation[field] !== undefined) continue;
    const expected = field === 'resampler' ? `: ${RESAMPLERS.join(', ')}` : ', in pixels';
    tell(field, `is missing; resize ${resize} needs it${expected}`);
  }
  for (const [field, modes] of Object.entries(PREPARATION_FIELD_MODES) as [Field, readonly string[]][]) {
    if (preparation[field] === undefined || modes.includes(resize)) continue;
    tell(field, `has no effect with resize ${resize}; remove it or set resize to ${modes.join(' or ')}`);
  }
  if (resize === 'shortest-edge' && (width === undefined) !== (height === undefined)) {
    tell(width === undefined ? 'width' : 'height', 'is missing; give both width and height, or neither');
  }
  if (shortest_edge !== undefined && longest_edge !== undefined && longest_edge < shortest_edge) {
    tell('longest_edge', `expected at least shortest_edge (${shortest_edge}), got ${longest_edge}`);
  }
  if (std?.includes(0)) tell('std', `is divided by and must not hold a 0, got ${JSON.stringify(std)}`);
  return problems;
}
