import type { DarkroomClient, WaitOptions } from '@darkroom/client';
import type { Job } from '@darkroom/contracts';
import type { NeededModel } from './choose-demo-model.js';
import type { DemoPicture } from './demo-pictures.js';
import type { DemoSubject } from './demo-subject.js';
import type { DemoText } from './demo-texts.js';

/** The ids of models: the one that a task is about, and those that it takes beside it. */
export type DemoModelIds = readonly [string, ...string[]];

/** Something that the demo shows, with every output that makes a picture. */
export interface DemoTask<Subject extends DemoSubject = DemoSubject> {
  /** What it is called on screen and in the names of files. */
  readonly name: string;
  /** What the models must be able to do. */
  readonly needs: readonly [NeededModel, ...NeededModel[]];
  /** What it is about: it is given subjects of this kind only. */
  readonly takes: Subject['kind'];
  /** @param models such as it needs */
  submit(client: DarkroomClient, subject: Subject, models: DemoModelIds, options: WaitOptions): Promise<Job>;
}

const BOXES: NeededModel = { task: 'detection', capability: 'boxes' };
const EVERYTHING: NeededModel = { task: 'segmentation', capability: 'everything' };
const TEXT_TO_IMAGE: NeededModel = { task: 'generation', capability: 'text_to_image' };
const SIMILARITY: NeededModel = { task: 'analysis', capability: 'image_text_similarity' };

const PICTURE_TASKS: readonly DemoTask<DemoPicture>[] = [
  {
    name: 'segmentation',
    needs: [{ task: 'segmentation', capability: 'semantic' }],
    takes: 'picture',
    submit: (client, picture, [model], options) =>
      client.submitSegmentation(
        { ...sent(picture), model, mode: 'semantic', outputs: ['overlay', 'color_map'] },
        options,
      ),
  },
  {
    name: 'detection',
    needs: [BOXES],
    takes: 'picture',
    submit: (client, picture, [model], options) =>
      client.submitDetection({ ...sent(picture), model, outputs: ['overlay'] }, options),
  },
  {
    name: 'prompts',
    needs: [{ task: 'segmentation', capability: 'prompts' }],
    takes: 'picture',
    submit: (client, picture, [model], options) =>
      client.submitSegmentation(
        { ...sent(picture), model, prompts: [...picture.prompts], outputs: ['overlay'] },
        options,
      ),
  },
  {
    name: 'everything',
    needs: [EVERYTHING],
    takes: 'picture',
    submit: (client, picture, [model], options) =>
      client.submitSegmentation(
        { ...sent(picture), model, mode: 'everything', outputs: ['overlay'] },
        options,
      ),
  },
];

const TEXT_TASKS: readonly DemoTask<DemoText>[] = [
  {
    name: 'generation',
    needs: [TEXT_TO_IMAGE],
    takes: 'text',
    // A seed makes it the same pictures every time.
    submit: (client, { prompt }, [model], options) =>
      client.submitGeneration({ model, prompt, count: 4, steps: 20, seed: 1, preview_every: 5 }, options),
  },
];

/**
 * @param concepts what pictures are compared with
 * @param seed of the pictures that are generated to be analyzed
 */
export function demoTasks(concepts: readonly string[], seed: number): DemoTask[] {
  const asked = { concepts: [...concepts], outputs: ['overlay' as const] };
  const ofPictures: DemoTask<DemoPicture> = {
    name: 'analysis',
    needs: [SIMILARITY, EVERYTHING],
    takes: 'picture',
    submit: (client, picture, [model, masks], options) =>
      client.submitAnalysis({ ...sent(picture), ...asked, model, segmentation_model: masks! }, options),
  };
  const ofTexts: DemoTask<DemoText> = {
    name: 'analysis',
    needs: [SIMILARITY, EVERYTHING, TEXT_TO_IMAGE],
    takes: 'text',
    submit: (client, { prompt }, [model, masks, painter], options) => {
      const generate = { model: painter!, prompt, seed };
      return client.submitAnalysis({ generate, ...asked, model, segmentation_model: masks! }, options);
    },
  };
  return [...PICTURE_TASKS, ofPictures, ...TEXT_TASKS, ofTexts];
}

/** The detection of a picture that a job has made. */
export function detectionOf(job: Job, artifact: string): DemoTask<DemoText> {
  return {
    name: 'detection',
    needs: [BOXES],
    takes: 'text',
    submit: (client, _, [model], options) =>
      client.submitDetection({ image: { job: job.id, artifact }, model, outputs: ['overlay'] }, options),
  };
}

function sent({ bytes, fileName }: DemoPicture) {
  return { image: bytes, fileName };
}
