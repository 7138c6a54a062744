import { ConfigurationError } from './read-env.js';

/** Exit status of a program whose configuration is wrong: starting it again doesn't help. */
const WRONG_CONFIGURATION = 2;

/**
 * Runs an app: reads its configuration, shows its help instead where that was asked for, and says what is wrong with
 * the configuration in words instead of a stack.
 * @param name as `ps` shows it, such as `darkroom api`
 */
export async function runApp<Env>(
  name: string,
  loadEnv: (args: readonly string[]) => { readonly env: Env } | { readonly help: string },
  main: (env: Env) => Promise<void>,
): Promise<void> {
  process.title = name;
  try {
    const loaded = loadEnv(process.argv.slice(2));
    if ('help' in loaded) process.stdout.write(loaded.help);
    else await main(loaded.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${name} cannot start, its configuration is wrong:\n${error.message}\n`);
    process.exit(WRONG_CONFIGURATION);
  }
}
