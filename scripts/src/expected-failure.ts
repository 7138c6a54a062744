import { DarkroomProblem, DarkroomUnreachable } from '@darkroom/client';
import { CommandFailed } from './logged-command.js';
import { terminal } from './terminal.js';

/** A failure whose message is all that a user needs: it is shown without a stack. */
export class ExpectedFailure extends Error {
  override readonly name = 'ExpectedFailure';
}

const SELF_EXPLANATORY = [ExpectedFailure, CommandFailed, DarkroomProblem, DarkroomUnreachable];

/** What to tell a user of an error; of one that nobody has foreseen, also where it came from. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSelfExplanatory = SELF_EXPLANATORY.some((kind) => error instanceof kind);
  return isSelfExplanatory ? error.message : (error.stack ?? error.message);
}

/** Runs a script to its end; what it throws is shown, and the exit code says that it failed. */
export async function runAsScript(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    process.stderr.write(`${terminal.paint('red', '✗')} ${causeOf(error)}\n`);
    process.exitCode = 1;
  }
}
