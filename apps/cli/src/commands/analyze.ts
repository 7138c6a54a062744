import { ANALYSIS_OUTPUTS } from '@darkroom/contracts';
import { type Command, Option } from 'commander';
import { runGeneratedAnalysis } from '../analyzing/run-generated-analysis.js';
import { UsageFailure } from '../command-failure.js';
import type { RunCommand } from '../program.js';
import { runSubmission } from '../submitting/run-submission.js';
import { type AnalysisOptions, addAnalysisOptions, analysisFields } from './analysis-options.js';
import { helpExamples } from './help-examples.js';
import { readSeed, readWholeNumber } from './option-values.js';
import { chosenForm } from './result-form.js';
import { commonFields, type SubmissionOptions, submissionCommand } from './submission-options.js';

interface GenerateOptions {
  readonly generate?: string;
  readonly seed?: number;
  readonly steps?: number;
  readonly generationModel?: string;
}

interface Options extends SubmissionOptions, AnalysisOptions, GenerateOptions {}

const EXAMPLES = [
  'analyze cat.jpg --concept "a cat" --concept "a dog" --concept "a sofa"',
  'analyze photos/ --concepts @concepts.txt --template "a photo of {}" --format csv > scores.csv',
  'analyze desk.jpg --concepts @concepts.txt --box 40,60,310,290 --point 500,120 --out results',
  'analyze photos/ --concept indoors --concept outdoors --max-regions 0',
  'analyze --generate "a red star on a blue background" --seed 7 --concepts @concepts.txt --out results',
  'analyze photos/ --max-regions 0 --outputs embedding --out embeddings',
];
const INSTEAD = 'Instead of pictures:';

export function analyzeCommand(run: RunCommand): Command {
  const command = submissionCommand('analyze', {
    task: 'analysis',
    summary: 'Compares pictures, and the regions in them, with texts.',
    outputs: ANALYSIS_OUTPUTS,
    forms: ['text', 'json', 'csv'],
    pictures: '[pictures...]',
  });
  return addGenerateOptions(addAnalysisOptions(command))
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((words: string[], options: Options) =>
      run(async (context) => {
        checkSource(words, options);
        const common = {
          url: options.url,
          out: options.out,
          usualOutputs: ['overlay'],
          form: chosenForm(options, context.terminal),
          fields: { ...commonFields(options), ...(await analysisFields(options)) },
        };
        if (options.generate === undefined)
          return runSubmission({ task: 'analysis', words, ...common }, context);
        const generate = { ...generateFields(options), prompt: options.generate };
        return runGeneratedAnalysis({ generate, ...common }, context);
      }),
    );
}

function addGenerateOptions(command: Command): Command {
  const options = [
    new Option('--generate <prompt>', 'Generates a picture of what this says, and analyzes that.'),
    new Option(
      '--seed <number>',
      'Of its noise; the same one makes the same picture. Default: any.',
    ).argParser(readSeed),
    new Option('--steps <number>', 'Of generating it; default: as the model has it.').argParser(
      readWholeNumber,
    ),
    new Option('--generation-model <id>', 'The model that makes it; default: the service’s.'),
  ];
  for (const option of options) command.addOption(option.helpGroup(INSTEAD));
  return command;
}

/** Those that were given. */
function generateFields({ generationModel, seed, steps }: GenerateOptions) {
  return {
    ...(generationModel !== undefined && { model: generationModel }),
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && { steps }),
  };
}

/** @throws UsageFailure unless it is said where the picture comes from, once */
function checkSource(words: readonly string[], { generate, ...options }: Options): void {
  if (generate === undefined && words.length === 0) {
    throw new UsageFailure('there is nothing to analyze: name pictures, or give --generate with a prompt');
  }
  if (generate !== undefined && words.length > 0) {
    throw new UsageFailure('--generate has the picture made, and pictures were named: give either');
  }
  if (generate === undefined && Object.keys(generateFields(options)).length > 0) {
    throw new UsageFailure('--seed, --steps and --generation-model are for --generate, which was not given');
  }
}
