import { VERSION } from '@darkroom/service-kit';
import { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { analyzeCommand } from './commands/analyze.js';
import { base64Command } from './commands/base64.js';
import { convertLabelmeCommand } from './commands/convert-labelme.js';
import { detectCommand } from './commands/detect.js';
import { generateCommand } from './commands/generate.js';
import { modelsAddCommand } from './commands/models-add.js';
import { modelsCheckCommand } from './commands/models-check.js';
import { modelsFetchCommand } from './commands/models-fetch.js';
import { modelsListCommand } from './commands/models-list.js';
import { modelsRemoveCommand } from './commands/models-remove.js';
import { modelsShowCommand } from './commands/models-show.js';
import { segmentCommand } from './commands/segment.js';
import { commandName } from './env.js';
import type { Terminal } from './terminal.js';

/** Runs a command in its context. Its exit code is the work’s. */
export type RunCommand = (work: (context: CommandContext) => Promise<number>) => Promise<void>;

const ABOUT = 'Submits pictures and prompts to Darkroom, and looks after its models.';
const NOTES = [
  '',
  'Results go to the standard output, as text on a terminal and as JSON elsewhere; all else goes to the standard error.',
  'Exit codes: 0 done; 1 not done, or not all; 2 wrong command line or configuration; 130 interrupted.',
  'DARKROOM_URL and DARKROOM_MODELS_DIR say where service and models are: see .env.example.',
].join('\n');

/** The whole command line. */
export function buildProgram(terminal: Terminal, run: RunCommand): Command {
  const program = new Command(commandName())
    .description(ABOUT)
    .version(VERSION, '-V, --version', 'Prints the version.');
  const models = new Command('models').description('Looks after the folders of models.');
  const ofModels = [
    modelsAddCommand,
    modelsFetchCommand,
    modelsListCommand,
    modelsShowCommand,
    modelsCheckCommand,
    modelsRemoveCommand,
  ];
  for (const build of ofModels) models.addCommand(build(run));
  const ofPictures = [detectCommand, segmentCommand, generateCommand, analyzeCommand, base64Command];
  for (const build of ofPictures) program.addCommand(build(run));
  const convert = new Command('convert').description('Makes files of one format into those of another.');
  convert.addCommand(convertLabelmeCommand(run));
  program.addCommand(models).addCommand(convert);
  program.addHelpText('after', NOTES);
  for (const command of allOf(program)) setUp(command, terminal);
  return program;
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}

function setUp(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'Shows this.')
    .helpCommand(false)
    .showHelpAfterError('--help shows what there is.')
    .configureOutput({
      writeOut: (text) => terminal.result(text),
      writeErr: (text) => terminal.message(text.trimEnd()),
    });
}
