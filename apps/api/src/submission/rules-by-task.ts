import type { Task } from '@darkroom/contracts';
import { analysis } from './analysis-task.js';
import { detection } from './detection-task.js';
import { generation } from './generation-task.js';
import { segmentation } from './segmentation-task.js';
import type { TaskRules } from './task-rules.js';

/** What can be submitted. */
export const RULES_BY_TASK = { segmentation, detection, generation, analysis } as const satisfies Record<
  Task,
  TaskRules
>;
