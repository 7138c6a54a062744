import { modelsFolders } from '@darkroom/model-catalog';
import { ConfigurationError } from '@darkroom/service-kit';
import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.js';
import { explainError, UsageFailure } from './command-failure.js';
import { loadEnv } from './env.js';
import { EXIT_CODE } from './exit-code.js';
import { GraphProcesses } from './graphs/graph-processes.js';
import { buildProgram } from './program.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import type { Terminal } from './terminal.js';

/**
 * Runs a command line to its end; what goes wrong is told.
 * @returns the exit code
 */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  let exitCode: number = EXIT_CODE.success;
  const program = buildProgram(terminal, async (work) => {
    const context = openContext(terminal, signal);
    try {
      exitCode = await work(context);
    } finally {
      context.graphs.close();
    }
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, terminal, signal);
  }
}

function openContext(terminal: Terminal, signal: AbortSignal): CommandContext {
  const env = loadEnv(REPOSITORY_ROOT);
  const folders = modelsFolders(env.DARKROOM_MODELS_DIR, REPOSITORY_ROOT);
  if (folders.length === 0) throw new ConfigurationError('  DARKROOM_MODELS_DIR names no folder');
  return { env, terminal, signal, graphs: new GraphProcesses(signal), modelsFolders: folders };
}

function tell(error: unknown, terminal: Terminal, signal: AbortSignal): number {
  // Commander has told its own; help that was asked for is one of them, and no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.success : EXIT_CODE.usage;
  if (signal.aborted) {
    terminal.message('stopped before the end');
    return EXIT_CODE.interrupted;
  }
  const message =
    error instanceof ConfigurationError
      ? `the configuration is wrong:\n${error.message}`
      : explainError(error);
  terminal.message(`${terminal.paint('red', '✗')} ${message}`);
  const isUsage = error instanceof UsageFailure || error instanceof ConfigurationError;
  return isUsage ? EXIT_CODE.usage : EXIT_CODE.failure;
}
