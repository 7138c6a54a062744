import { DETECTION_OUTPUTS, MASK_FORMATS, type MaskFormat } from '@darkroom/contracts';
import { type Command, Option } from 'commander';
import type { RunCommand } from '../program.js';
import { runSubmission } from '../submitting/run-submission.js';
import type { SubmissionFields } from '../submitting/submit-pictures.js';
import { helpExamples } from './help-examples.js';
import { readList, readNumber, readWholeNumber } from './option-values.js';
import { chosenForm } from './result-form.js';
import { commonFields, type SubmissionOptions, submissionCommand } from './submission-options.js';

interface Options extends SubmissionOptions {
  readonly scoreThreshold?: number;
  readonly iouThreshold?: number;
  readonly classAgnostic?: true;
  readonly classes?: readonly string[];
  readonly maxDetections?: number;
  readonly maskFormat?: MaskFormat;
  readonly cropPadding?: number;
}

const EXAMPLES = [
  'detect examples/pictures/shapes-1.jpg',
  'detect photos/ --model yolox-nano --out results',
  'detect "photos/**/*.jpg" --classes person,dog --score-threshold 0.5 --format csv > found.csv',
  'detect photos/*.jpg --format coco > coco.json',
  "detect cat.jpg --format json | jq '.[0].result.counts'",
];

export function detectCommand(run: RunCommand): Command {
  return submissionCommand('detect', {
    task: 'detection',
    summary: 'Finds things in pictures: boxes, labels, scores.',
    outputs: DETECTION_OUTPUTS,
    forms: ['text', 'json', 'coco', 'yolo', 'csv'],
  })
    .option('--score-threshold <score>', 'Leaves out what has a lower score, 0 to 1.', readNumber)
    .option(
      '--iou-threshold <overlap>',
      'Of boxes that overlap more, only the best stays, 0 to 1.',
      readNumber,
    )
    .option('--class-agnostic', 'Boxes of different classes suppress each other too.')
    .option('--classes <list>', 'Labels or class ids to keep; none: all.', readList)
    .option('--max-detections <number>', 'Keeps the best so many.', readWholeNumber)
    .addOption(
      new Option('--mask-format <format>', 'How masks are given, where the model has some.').choices([
        ...MASK_FORMATS,
      ]),
    )
    .option('--crop-padding <pixels>', 'Around each crop.', readWholeNumber)
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((words: string[], options: Options) =>
      run((context) =>
        runSubmission(
          {
            task: 'detection',
            words,
            url: options.url,
            out: options.out,
            usualOutputs: ['overlay'],
            form: chosenForm(options, context.terminal),
            fields: { ...commonFields(options), ...detectionFields(options) },
          },
          context,
        ),
      ),
    );
}

function detectionFields(options: Options): SubmissionFields {
  return {
    score_threshold: options.scoreThreshold,
    iou_threshold: options.iouThreshold,
    class_agnostic: options.classAgnostic,
    classes: options.classes?.map((word) => (/^\d+$/.test(word) ? Number(word) : word)),
    max_detections: options.maxDetections,
    mask_format: options.maskFormat,
    crop_padding: options.cropPadding,
  };
}
