import { basename } from 'node:path';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandFailure } from '../command-failure.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { modelsNamed, readModels } from '../read-models.js';
import { step } from '../step.js';
import type { Terminal } from '../terminal.js';
import { helpExamples } from './help-examples.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

interface CheckedModel {
  readonly id: string;
  readonly folder: string;
  readonly problems: readonly string[];
}

const EXAMPLES = ['models check', 'models check shapes-seg || echo "not served"'];

export function modelsCheckCommand(run: RunCommand): Command {
  return new Command('check')
    .summary('Looks whether models can be served, and if not, why.')
    .description(
      'Looks at models as a worker does: manifest, files and their hashes, and whether the graph fits. Exit code 1 when one cannot be served.',
    )
    .argument('[ids...]', 'The models; none: all.')
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((ids: string[], options: FormOption) =>
      run(async (context) => {
        const checked = await checkModels(ids, context);
        const { terminal } = context;
        if (chosenForm(options, terminal) === 'json') terminal.json({ models: checked });
        else terminal.result(asText(checked, terminal));
        return checked.every(({ problems }) => problems.length === 0) ? EXIT_CODE.success : EXIT_CODE.failure;
      }),
    );
}

async function checkModels(ids: readonly string[], context: CommandContext): Promise<CheckedModel[]> {
  const catalog = await readModels(context);
  const { models, rejected } = ids.length === 0 ? catalog : modelsNamed(ids, catalog, context);
  const checked: CheckedModel[] = [];
  for (const model of models) {
    const { manifest, folder } = model;
    const problems = await step(context.terminal, `checking ${manifest.id}`, () =>
      problemsOf(model, context),
    );
    checked.push({ id: manifest.id, folder, problems });
  }
  const unread = rejected.map(({ folder, problems }) => ({ id: basename(folder), folder, problems }));
  return [...checked, ...unread].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function problemsOf(model: LoadedManifest, { graphs }: CommandContext): Promise<readonly string[]> {
  try {
    return await graphs.check(model);
  } catch (error) {
    // One graph that kills its process must not keep the others from being looked at.
    if (error instanceof CommandFailure) return [error.message];
    throw error;
  }
}

function asText(checked: readonly CheckedModel[], terminal: Terminal): string {
  if (checked.length === 0) return 'There is no model to check.';
  const lines = checked.flatMap(({ id, folder, problems }) => {
    if (problems.length === 0) return [`${terminal.paint('green', '✓')} ${id}`];
    return [
      `${terminal.paint('red', '✗')} ${id}  ${terminal.paint('dim', folder)}`,
      ...problems.map((problem) => `  ${problem}`),
    ];
  });
  return lines.join('\n');
}
