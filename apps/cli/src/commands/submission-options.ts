import { HIGHEST_PRIORITY, PICTURE_FORMATS, type PictureFormat, type Task } from '@darkroom/contracts';
import { Command, Option } from 'commander';
import type { SubmissionForm } from '../submitting/give-results.js';
import type { SubmissionFields } from '../submitting/submit-pictures.js';
import { readList, readServiceUrl, readWholeNumber } from './option-values.js';

/** The options that all commands have that submit pictures. */
export interface SubmissionOptions {
  readonly url?: string;
  readonly model?: string;
  readonly out?: string;
  readonly outputs?: readonly string[];
  readonly outputFormat?: PictureFormat;
  readonly priority?: number;
  readonly format?: SubmissionForm;
}

/** A command that submits pictures for a task. */
export function submissionCommand(
  name: string,
  {
    task,
    summary,
    outputs,
    forms,
    pictures = '<pictures...>',
  }: {
    readonly task: Task;
    readonly summary: string;
    readonly outputs: readonly string[];
    readonly forms: readonly SubmissionForm[];
    /** In square brackets where there may be none. */
    readonly pictures?: '<pictures...>' | '[pictures...]';
  },
): Command {
  return new Command(name)
    .summary(summary)
    .description(
      `${summary} Each picture is a job of its own; one that fails leaves the others alone, and makes the exit code 1.`,
    )
    .argument(
      pictures,
      'Pictures, folders of pictures, patterns such as "photos/**/*.jpg", or URLs that the service fetches.',
    )
    .option(
      '--url <url>',
      'Where the service answers; default: DARKROOM_URL, else on this machine.',
      readServiceUrl,
    )
    .option('--model <id>', `The model; default: the service’s for ${task}.`)
    .option('--out <folder>', 'Saves the files that are made here, overlays unless --outputs says otherwise.')
    .option('--outputs <list>', `Which files to make: ${outputs.join(', ')}.`, readList)
    .addOption(new Option('--output-format <format>', 'Of overlays and crops.').choices([...PICTURE_FORMATS]))
    .option('--priority <number>', `0 to ${HIGHEST_PRIORITY}, higher is sooner; default 5.`, readWholeNumber)
    .addOption(
      new Option('--format <format>', 'Of the results. Default: text on a terminal, json elsewhere.').choices(
        [...forms],
      ),
    );
}

/** From the words of the command line to those of the contract. */
export function commonFields({
  model,
  outputs,
  outputFormat,
  priority,
}: SubmissionOptions): SubmissionFields {
  return { model, outputs, output_format: outputFormat, priority };
}
