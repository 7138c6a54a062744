import type { DarkroomClient, WaitOptions } from '@darkroom/client';
import type { Capability, Job, Task } from '@darkroom/contracts';
import type { DemoPicture } from './demo-pictures.js';
import type { DemoSubject } from './demo-subject.js';
import type { DemoText } from './demo-texts.js';

/** Something that the demo shows, with every output that makes a picture. */
export interface DemoTask<Subject extends DemoSubject = DemoSubject> {
  /** What it is called on screen and in the names of files. */
  readonly name: string;
  readonly task: Task;
  /** What a model must be able to do to be asked like this. */
  readonly capability: Capability;
  /** What it is about: it is given subjects of this kind only. */
  readonly takes: Subject['kind'];
  /** @param model the id of one that can do it */
  submit(client: DarkroomClient, subject: Subject, model: string, options: WaitOptions): Promise<Job>;
}

const PICTURE_TASKS: readonly DemoTask<DemoPicture>[] = [
  {
    name: 'segmentation',
    task: 'segmentation',
    capability: 'semantic',
    takes: 'picture',
    submit: (client, picture, model, options) =>
      client.submitSegmentation(
        { ...sent(picture), model, mode: 'semantic', outputs: ['overlay', 'color_map'] },
        options,
      ),
  },
  {
    name: 'detection',
    task: 'detection',
    capability: 'boxes',
    takes: 'picture',
    submit: (client, picture, model, options) =>
      client.submitDetection({ ...sent(picture), model, outputs: ['overlay'] }, options),
  },
  {
    name: 'prompts',
    task: 'segmentation',
    capability: 'prompts',
    takes: 'picture',
    submit: (client, picture, model, options) =>
      client.submitSegmentation(
        { ...sent(picture), model, prompts: [...picture.prompts], outputs: ['overlay'] },
        options,
      ),
  },
  {
    name: 'everything',
    task: 'segmentation',
    capability: 'everything',
    takes: 'picture',
    submit: (client, picture, model, options) =>
      client.submitSegmentation(
        { ...sent(picture), model, mode: 'everything', outputs: ['overlay'] },
        options,
      ),
  },
];

const TEXT_TASKS: readonly DemoTask<DemoText>[] = [
  {
    name: 'generation',
    task: 'generation',
    capability: 'text_to_image',
    takes: 'text',
    // A seed makes it the same pictures every time.
    submit: (client, { prompt }, model, options) =>
      client.submitGeneration({ model, prompt, count: 4, steps: 20, seed: 1, preview_every: 5 }, options),
  },
];

export const DEMO_TASKS: readonly DemoTask[] = [...PICTURE_TASKS, ...TEXT_TASKS];

function sent({ bytes, fileName }: DemoPicture) {
  return { image: bytes, fileName };
}
