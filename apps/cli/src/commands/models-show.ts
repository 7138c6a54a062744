import type { CompleteManifest, LoadedManifest } from '@darkroom/model-catalog';
import { familyNamed } from '@darkroom/model-families';
import { Command } from 'commander';
import { describePreparation } from '../adding/describe-preparation.js';
import { CommandFailure } from '../command-failure.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { modelsNamed, readModels } from '../read-models.js';
import { onOneLine } from '../text-table.js';
import { helpExamples } from './help-examples.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

const EXAMPLES = [
  'models show shapes-seg',
  'models show shapes-seg --format json | jq .manifest.preparation',
];

const NAME_WIDTH = 13;

export function modelsShowCommand(run: RunCommand): Command {
  return new Command('show')
    .summary('Shows a model’s manifest, with all defaults.')
    .description('Shows what a model’s manifest says, with all defaults filled in.')
    .argument('<id>', 'The model.')
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((id: string, options: FormOption) =>
      run(async (context) => {
        const { models, rejected } = modelsNamed([id], await readModels(context), context);
        const [model] = models;
        if (!model) {
          const problems = rejected.flatMap((one) => one.problems).map((problem) => `  ${problem}`);
          throw new CommandFailure(`the model ${id} cannot be read:\n${problems.join('\n')}`);
        }
        const { manifest, folder, version, files } = model;
        const isText = chosenForm(options, context.terminal) === 'text';
        if (isText) context.terminal.result(asText(model));
        else context.terminal.json({ id, folder, version, files, manifest });
        return EXIT_CODE.success;
      }),
    );
}

const preparesPictures = ({ family }: CompleteManifest) => familyNamed(family)?.preparesPictures ?? true;

function asText({ manifest, folder, version, files }: LoadedManifest): string {
  const { labels = [], defaults, family_options, batching, runtime } = manifest;
  const names = labels.map((label) => (typeof label === 'string' ? label : label.label));
  const rows: [string, string][] = [
    ['id', manifest.id],
    ['task', manifest.task],
    ['family', manifest.family],
    ['description', manifest.description],
    ['license', manifest.license],
    ['source', manifest.source ?? '–'],
    ['version', version],
    ['folder', folder],
    ['files', Object.values(files).join(', ')],
    ['input', describePreparation(preparesPictures(manifest) ? manifest.preparation : undefined)],
    ['labels', names.length === 0 ? 'none' : `${names.length}: ${names.join(', ')}`],
    ['defaults', JSON.stringify(defaults)],
    ['options', JSON.stringify(family_options)],
    ['batching', JSON.stringify(batching)],
    ['runtime', JSON.stringify(runtime)],
  ];
  return rows.map(([name, text]) => `${name.padEnd(NAME_WIDTH)}${onOneLine(text)}`).join('\n');
}
