import { childEnvironment } from '../environment.js';
import { type LoggedCommandOptions, runLogged } from '../logged-command.js';

/** Namespaces of its own: when the tool ends, or is killed, its processes and its mounts end with it. */
export const CONTAINED: readonly string[] = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs a tool that mounts things and starts processes, so that nothing of that stays behind.
 *
 * @returns what it wrote to its standard output
 * @throws CommandFailed when it exits with anything but 0
 */
export function runContained(
  program: string,
  args: readonly string[],
  options: { readonly signal: AbortSignal } & Partial<LoggedCommandOptions>,
): Promise<string> {
  return runLogged('unshare', [...CONTAINED, '--', program, ...args], {
    ...options,
    env: childEnvironment(options.env ?? {}),
  });
}
