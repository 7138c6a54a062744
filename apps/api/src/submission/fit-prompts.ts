import type { PromptFields, PromptOptions } from '@darkroom/contracts';
import { type PromptFault, refusePromptFaults } from './check-prompts.js';
import type { PictureSize } from './task-rules.js';

/**
 * Prompts as a job is run with them: points that don't say what they are, are on the object; boxes end where the
 * picture does.
 * @param field where they stand in the request
 * @throws DarkroomError `invalid_field` for points and boxes outside the picture
 */
export function fitPrompts(
  prompts: readonly PromptFields[],
  picture: PictureSize,
  field = 'prompts',
): PromptOptions[] {
  refusePromptFaults(prompts, field, (prompt) => faultsOutside(prompt, picture));
  return prompts.map(({ points, box, mask }) => ({
    ...(points && { points: points.map(({ x, y, positive = true }) => ({ x, y, positive })) }),
    ...(box && { box: clip(box, picture) }),
    ...(mask && { mask }),
  }));
}

function faultsOutside({ points = [], box }: PromptFields, picture: PictureSize): PromptFault[] {
  const { width, height } = picture;
  const faults = points.flatMap((point, index): PromptFault[] => {
    const isInside = point.x >= 0 && point.x <= width && point.y >= 0 && point.y <= height;
    return isInside ? [] : [{ path: ['points', index], says: liesOutside(point, picture) }];
  });
  if (box === undefined) return faults;
  const [x0, y0, x1, y1] = box as [number, number, number, number];
  const isOutside = x0 >= width || y0 >= height || x1 <= 0 || y1 <= 0;
  return isOutside ? [...faults, { path: ['box'], says: liesOutside(box, picture) }] : faults;
}

function clip(box: readonly number[], { width, height }: PictureSize): number[] {
  return box.map((edge, i) => Math.min(Math.max(edge, 0), i % 2 === 0 ? width : height));
}

function liesOutside(place: unknown, { width, height }: PictureSize): string {
  return `lies outside the picture: it is ${width} × ${height} pixels, got ${JSON.stringify(place)}. Coordinates are pixels of the picture as displayed, from the top left.`;
}
