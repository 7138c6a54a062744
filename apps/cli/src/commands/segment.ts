import { MODE_TRAITS, SEGMENTATION_OUTPUTS, type SegmentationMode } from '@darkroom/contracts';
import type { Command } from 'commander';
import type { RunCommand } from '../program.js';
import { runSubmission } from '../submitting/run-submission.js';
import { helpExamples } from './help-examples.js';
import { addPromptOptions, type PromptOptions, promptFields } from './prompt-options.js';
import { chosenForm } from './result-form.js';
import { commonFields, type SubmissionOptions, submissionCommand } from './submission-options.js';

interface Options extends SubmissionOptions, PromptOptions {}

const EXAMPLES = [
  'segment examples/pictures/shapes-1.jpg',
  'segment photos/ --model deeplabv3-voc --out results --outputs overlay,color_map',
  'segment "photos/**/*.jpg" --format csv > shares.csv',
  "segment cat.jpg --format json | jq '.[0].result.classes[].label'",
  'segment cat.jpg --point 320,240 --negative-point 40,400 --out results',
  'segment desk.jpg --box 40,60,310,290 --multimask',
  'segment desk.jpg --prompts @objects.json --mask-format png --out masks',
  'segment photos/ --mode everything --automatic points_per_side=16 --format coco > coco.json',
];

export function segmentCommand(run: RunCommand): Command {
  const command = submissionCommand('segment', {
    task: 'segmentation',
    summary: 'Tells of every pixel of pictures what it shows, or finds objects by points and boxes.',
    outputs: SEGMENTATION_OUTPUTS,
    forms: ['text', 'json', 'coco', 'csv'],
  });
  return addPromptOptions(command)
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((words: string[], options: Options) =>
      run(async (context) =>
        runSubmission(
          {
            task: 'segmentation',
            words,
            url: options.url,
            out: options.out,
            usualOutputs: usualOutputs(options.mode),
            form: chosenForm(options, context.terminal),
            fields: { ...commonFields(options), ...(await promptFields(options)) },
          },
          context,
        ),
      ),
    );
}

/** An embedding is no picture to draw on. */
function usualOutputs(mode: SegmentationMode = 'semantic'): readonly string[] {
  const outputs: readonly string[] = MODE_TRAITS[mode].outputs;
  return outputs.filter((output) => output === 'overlay');
}
