import type { Job, PromptFields } from '@darkroom/contracts';

/** Of the picture's shorter side. */
const POINT_RADIUS = 0.02;

/**
 * What was asked of a picture, as an SVG drawing to lie over it: a ring around each point, dashed where it is not meant,
 * and each box.
 * @returns nothing where a job had no prompts
 */
export function promptMarks(
  { input }: Pick<Job, 'input'>,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const { prompts = [] } = input as { readonly prompts?: readonly PromptFields[] };
  const radius = Math.round(Math.min(width, height) * POINT_RADIUS);
  const marks = prompts.flatMap(({ points = [], box }) => [
    ...points.map(({ x, y, positive = true }) => {
      const dashes = positive ? '' : ' stroke-dasharray="3 3"';
      return twice((stroke) => `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" ${stroke}${dashes}/>`);
    }),
    ...(box ? [twice((stroke) => `<rect ${rectangle(box)} fill="none" ${stroke}/>`)] : []),
  ]);
  return marks.length === 0 ? '' : `<svg viewBox="0 0 ${width} ${height}">${marks.join('')}</svg>`;
}

/** White on black, to be seen on any ground. */
function twice(mark: (stroke: string) => string): string {
  return mark('stroke="#000" stroke-width="5"') + mark('stroke="#fff" stroke-width="2"');
}

function rectangle([x0, y0, x1, y1]: NonNullable<PromptFields['box']>): string {
  return `x="${x0}" y="${y0}" width="${x1! - x0!}" height="${y1! - y0!}"`;
}
