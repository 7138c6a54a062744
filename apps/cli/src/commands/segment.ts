import { SEGMENTATION_OUTPUTS } from '@darkroom/contracts';
import type { Command } from 'commander';
import type { RunCommand } from '../program.js';
import { runSubmission } from '../submitting/run-submission.js';
import { helpExamples } from './help-examples.js';
import { chosenForm } from './result-form.js';
import { commonFields, type SubmissionOptions, submissionCommand } from './submission-options.js';

const EXAMPLES = [
  'segment examples/pictures/shapes-1.jpg',
  'segment photos/ --model deeplabv3-voc --out results --outputs overlay,color_map',
  'segment "photos/**/*.jpg" --format csv > shares.csv',
  "segment cat.jpg --format json | jq '.[0].result.classes[].label'",
];

export function segmentCommand(run: RunCommand): Command {
  return submissionCommand('segment', {
    task: 'segmentation',
    summary: 'Tells of every pixel of pictures what it shows.',
    outputs: SEGMENTATION_OUTPUTS,
    forms: ['text', 'json', 'csv'],
  })
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((words: string[], options: SubmissionOptions) =>
      run((context) =>
        runSubmission(
          {
            task: 'segmentation',
            words,
            url: options.url,
            out: options.out,
            form: chosenForm(options, context.terminal),
            fields: commonFields(options),
          },
          context,
        ),
      ),
    );
}
