import type { DarkroomClient, WaitOptions } from '@darkroom/client';
import type { Capability, Job, Task } from '@darkroom/contracts';

/** A sample picture, and the model that it is for. */
export interface DemoSubmission {
  readonly image: Uint8Array;
  readonly fileName: string;
  /** Its id. */
  readonly model: string;
}

/** A task that the demo shows, with every output that makes a picture. */
export interface DemoTask {
  readonly task: Task;
  /** What a model must be able to do to be asked like this. */
  readonly capability: Capability;
  submit(client: DarkroomClient, submission: DemoSubmission, options: WaitOptions): Promise<Job>;
}

export const DEMO_TASKS: readonly DemoTask[] = [
  {
    task: 'segmentation',
    capability: 'semantic',
    submit: (client, submission, options) =>
      client.submitSegmentation({ ...submission, outputs: ['overlay', 'color_map'] }, options),
  },
  {
    task: 'detection',
    capability: 'boxes',
    submit: (client, submission, options) =>
      client.submitDetection({ ...submission, outputs: ['overlay'] }, options),
  },
];
