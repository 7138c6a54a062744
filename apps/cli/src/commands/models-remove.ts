import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandFailure, UsageFailure } from '../command-failure.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { modelsNamed, readModels } from '../read-models.js';
import { helpExamples } from './help-examples.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

interface Options extends FormOption {
  readonly yes?: true;
}

const EXAMPLES = ['models remove yolox-nano', 'models remove yolox-nano --yes'];

export function modelsRemoveCommand(run: RunCommand): Command {
  return new Command('remove')
    .summary('Deletes a model that was added.')
    .description(
      'Deletes the folder of a model from the first folder of DARKROOM_MODELS_DIR, after a question. A running worker lets it go within seconds; running jobs end.',
    )
    .argument('<id>', 'The model.')
    .option('-y, --yes', 'Doesn’t ask.')
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((id: string, options: Options) =>
      run(async (context) => {
        const folder = await findFolder(id, context);
        if (!options.yes) await confirm(folder, context);
        await removeFolder(folder);
        const { terminal } = context;
        if (chosenForm(options, terminal) === 'json') terminal.json({ id, folder, removed: true });
        else terminal.result(`${terminal.paint('green', '✓')} removed ${folder}`);
        return EXIT_CODE.success;
      }),
    );
}

/** Models elsewhere came another way: those of the repository are in git, others are somebody else’s. */
async function findFolder(id: string, context: CommandContext): Promise<string> {
  const { models, rejected } = modelsNamed([id], await readModels(context), context);
  const folder = models[0]?.folder ?? rejected[0]!.folder;
  const own = context.modelsFolders[0]!;
  if (dirname(folder) === own) return folder;
  throw new CommandFailure(
    `only models in ${own}, where they are added, are removed; ${id} lies in ${dirname(folder)}. Delete its folder there if you mean to`,
  );
}

async function confirm(folder: string, { terminal, signal }: CommandContext): Promise<void> {
  if (!terminal.isInteractive || !process.stdin.isTTY) {
    throw new UsageFailure(`nobody is there to ask whether ${folder} may be deleted; give --yes`);
  }
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  // While it asks, Ctrl-C is a key like others.
  questions.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await questions.question(`Delete ${folder}? [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('nothing was deleted');
  } finally {
    questions.close();
  }
}

/** Out of the way first: half of a model is never seen, and of a link only the link goes. */
async function removeFolder(folder: string): Promise<void> {
  const away = await mkdtemp(join(dirname(folder), '.removing-'));
  await rename(folder, join(away, basename(folder)));
  await rm(away, { recursive: true, force: true });
}
