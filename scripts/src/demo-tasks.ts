import type { DarkroomClient, WaitOptions } from '@darkroom/client';
import type { Capability, Job, PromptFields, Task } from '@darkroom/contracts';

/** A sample picture, and the model that it is for. */
export interface DemoSubmission {
  readonly image: Uint8Array;
  readonly fileName: string;
  /** Its id. */
  readonly model: string;
  /** What to ask of the picture, where a task takes prompts. */
  readonly prompts: readonly PromptFields[];
}

/** Something that the demo shows, with every output that makes a picture. */
export interface DemoTask {
  /** What it is called on screen and in the names of files. */
  readonly name: string;
  readonly task: Task;
  /** What a model must be able to do to be asked like this. */
  readonly capability: Capability;
  submit(client: DarkroomClient, submission: DemoSubmission, options: WaitOptions): Promise<Job>;
}

export const DEMO_TASKS: readonly DemoTask[] = [
  {
    name: 'segmentation',
    task: 'segmentation',
    capability: 'semantic',
    submit: (client, { prompts: _, ...submission }, options) =>
      client.submitSegmentation(
        { ...submission, mode: 'semantic', outputs: ['overlay', 'color_map'] },
        options,
      ),
  },
  {
    name: 'detection',
    task: 'detection',
    capability: 'boxes',
    submit: (client, { prompts: _, ...submission }, options) =>
      client.submitDetection({ ...submission, outputs: ['overlay'] }, options),
  },
  {
    name: 'prompts',
    task: 'segmentation',
    capability: 'prompts',
    submit: (client, { prompts, ...submission }, options) =>
      client.submitSegmentation({ ...submission, prompts: [...prompts], outputs: ['overlay'] }, options),
  },
  {
    name: 'everything',
    task: 'segmentation',
    capability: 'everything',
    submit: (client, { prompts: _, ...submission }, options) =>
      client.submitSegmentation({ ...submission, mode: 'everything', outputs: ['overlay'] }, options),
  },
];
