import { join } from 'node:path';
import { createFileHasher, readModelFolder } from '@darkroom/model-catalog';
import { FAMILIES } from '@darkroom/model-families';
import { Command, CommanderError } from 'commander';
import { addFetchedModel, type FetchRequest, idOfFetched, requestKey } from '../adding/add-fetched-model.js';
import { type AddedModel, addModel, idAt } from '../adding/add-model.js';
import { addedAsText } from '../adding/adding-report.js';
import { readOrigin } from '../adding/model-origin.js';
import { readModelSources } from '../adding/model-sources.js';
import type { CommandContext } from '../command-context.js';
import { explainError, UsageFailure } from '../command-failure.js';
import { type S3Settings, s3Settings } from '../downloading/s3-object.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import {
  type AddOptions,
  addAddOptions,
  addressesAmong,
  type Described,
  describedBy,
} from './add-options.js';
import { helpExamples } from './help-examples.js';

const ABOUT =
  'Brings in the models that DARKROOM_MODEL_SOURCES names: one a line or between semicolons, each in the words of ' +
  '`models add`. One that was fetched before, with the same hashes (or addresses, where they have none) and options, is ' +
  'left as it is. The images do this before they start.';

const EXAMPLES = ['models fetch'];

/** A model that is to be there. */
interface WantedModel {
  readonly described: Described;
  readonly words: readonly string[];
  /** None where the words are paths. */
  readonly addresses: FetchRequest['addresses'];
}

export function modelsFetchCommand(run: RunCommand): Command {
  return new Command('fetch')
    .summary('Brings in the models that DARKROOM_MODEL_SOURCES names, as far as they are not there.')
    .description(ABOUT)
    .addHelpText('after', helpExamples(EXAMPLES))
    .action(() =>
      run(async (context) => {
        const s3 = s3Settings(context.env);
        const wanted = readModelSources(context.env.DARKROOM_MODEL_SOURCES ?? '').map((words) =>
          readWanted(words, s3),
        );
        if (wanted.length === 0) context.terminal.message('DARKROOM_MODEL_SOURCES names no models');
        let failed = 0;
        for (const model of wanted) if (!(await bring(model, context))) failed++;
        return failed === 0 ? EXIT_CODE.success : EXIT_CODE.failure;
      }),
    );
}

/** @throws UsageFailure */
function readWanted(given: readonly string[], s3: S3Settings): WantedModel {
  const command = addAddOptions(new Command('DARKROOM_MODEL_SOURCES'))
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    command.parse(given, { from: 'user' });
    const options = command.opts<AddOptions>();
    const addresses = addressesAmong(command.args, options, s3);
    return { described: describedBy(options), words: command.args, addresses };
  } catch (error) {
    if (!(error instanceof CommanderError || error instanceof UsageFailure)) throw error;
    throw new UsageFailure(`DARKROOM_MODEL_SOURCES: ${error.message.replace(/^error: /, '')}`, {
      cause: error,
    });
  }
}

/** @returns whether the model is there in the end; why not, is told */
async function bring(wanted: WantedModel, context: CommandContext): Promise<boolean> {
  const { terminal, signal } = context;
  try {
    const added = wanted.addresses.length > 0 ? await fetched(wanted, context) : await taken(wanted, context);
    if (added) terminal.message(addedAsText(added, { terminal, isPlainSample: false }));
    return true;
  } catch (error) {
    signal.throwIfAborted();
    terminal.message(`${terminal.paint('red', '✗')} ${explainError(error)}`);
    return false;
  }
}

async function fetched(
  { described, addresses }: WantedModel,
  context: CommandContext,
): Promise<AddedModel | null> {
  const request = { ...described, addresses };
  const id = idOfFetched(request);
  const folder = join(context.modelsFolders[0]!, id);
  const origin = await readOrigin(folder);
  if (origin?.request === requestKey(request) && (await isSound(folder))) {
    context.terminal.message(`${id} is there already`);
    return null;
  }
  return addFetchedModel({ ...request, replace: request.replace || origin !== null }, context);
}

/** What lies on the disk costs little to take again, and may have changed. */
async function taken({ described, words }: WantedModel, context: CommandContext): Promise<AddedModel> {
  const id = await idAt({ ...described, paths: words });
  const before = await readOrigin(join(context.modelsFolders[0]!, id));
  const origin = { request: null, files: [] };
  const replace = described.replace || before !== null;
  return addModel({ ...described, id, replace, paths: words, origin }, context);
}

async function isSound(folder: string): Promise<boolean> {
  const { loaded } = await readModelFolder(folder, FAMILIES, createFileHasher());
  return loaded !== null;
}
