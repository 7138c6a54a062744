import type { Task } from '@darkroom/contracts';
import { detection } from './detection-task.js';
import type { PictureTask } from './picture-task.js';
import { segmentation } from './segmentation-task.js';

/** The tasks that take one picture. */
export const PICTURE_TASKS = { segmentation, detection } as const satisfies Partial<
  Record<Task, PictureTask>
>;
