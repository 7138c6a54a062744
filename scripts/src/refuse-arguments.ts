import { ExpectedFailure } from './expected-failure.js';

/** For commands that are set by the environment alone, so that nobody takes a setting for heard that is not. */
export function refuseArguments(command: string, given: readonly string[]): void {
  if (given.length === 0) return;
  throw new ExpectedFailure(
    `${command} takes no arguments, got ${given.join(' ')}. It is set by environment variables, such as PORT=8090 ${command}; the README has them under "Configuration".`,
  );
}
