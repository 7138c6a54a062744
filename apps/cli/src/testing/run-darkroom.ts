import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../bundle/main.js', import.meta.url));

/** What came of a command. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as it was built, its output going to pipes. */
export async function runDarkroom(
  args: readonly string[],
  {
    env = {},
    cwd = process.cwd(),
    interruptOn,
  }: {
    env?: Readonly<Record<string, string>>;
    cwd?: string;
    /** Sends SIGINT, as Ctrl-C does, once this resolves. */
    interruptOn?: Promise<void>;
  } = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    // A port that nobody listens on: no test may meet a service that happens to run.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DARKROOM_URL: 'http://127.0.0.1:9', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  interruptOn?.then(() => child.kill('SIGINT'));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, ...output };
}
