import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY_ROOT } from './repository-root.js';

/** Where the output of tools goes while a newcomer sees one short line; the bootstrap writes there too. */
export const SETUP_LOG = join(REPOSITORY_ROOT, '.darkroom', 'setup.log');

const LINES_SHOWN = 30;

export interface LoggedCommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Kills the tool. */
  readonly signal?: AbortSignal;
}

/** A tool that ended with an error; the message holds the end of what it said. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/**
 * Runs a tool with its output going to the log.
 *
 * @returns what it wrote to its standard output
 * @throws CommandFailed when it exits with anything but 0
 */
export async function runLogged(
  program: string,
  args: readonly string[],
  options: LoggedCommandOptions,
): Promise<string> {
  mkdirSync(dirname(SETUP_LOG), { recursive: true });
  const log = createWriteStream(SETUP_LOG, { flags: 'a' });
  const commandLine = [program, ...args].join(' ');
  log.write(`$ ${commandLine}\n`);
  let output = '';
  const collect = (chunk: Buffer) => {
    log.write(chunk);
    output = (output + chunk.toString()).slice(-16_384);
  };
  const child = spawn(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
  });
  const answer: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => answer.push(chunk));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return Buffer.concat(answer).toString();
    const lines = output.trimEnd().split('\n').slice(-LINES_SHOWN);
    const ending = signal ?? `exit code ${code}`;
    throw new CommandFailed(
      `${commandLine} failed (${ending}):\n${lines.map((line) => `  ${line}`).join('\n')}\n  (the whole log: ${SETUP_LOG})`,
    );
  } finally {
    log.end();
  }
}
