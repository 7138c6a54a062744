import { parseArgs } from 'node:util';
import { ConfigurationError } from './read-env.js';

/** An option of a program, and the environment variable that it stands for. */
export interface CommandLineOption {
  readonly name: string;
  readonly short?: string;
  /** Written otherwise, with dashes and all, such as `-ll`, which are no short options to any parser. */
  readonly alias?: string;
  readonly variable: string;
  readonly help: string;
  /** What the variable gets for a value given here; default: the value. */
  readonly read?: (value: string) => string;
}

/**
 * Lays command-line options over environment variables: `--port 9000` is the same as `PORT=9000`.
 * @returns the environment to read the configuration from, or the help text when it was asked for
 * @throws ConfigurationError for options that don't exist
 */
export function applyCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  program: { readonly name: string; readonly about: string; readonly options: readonly CommandLineOption[] },
): { readonly env: Record<string, string | undefined> } | { readonly help: string } {
  const options = Object.fromEntries(
    program.options.map(({ name, short }) => [
      name,
      { type: 'string' as const, ...(short ? { short } : {}) },
    ]),
  );
  const values = parse(args.map(plainName), { ...options, help: { type: 'boolean', short: 'h' } });
  if (values.help) return { help: helpText(program) };
  const given = program.options.flatMap(({ name, variable, read = (value) => value }) =>
    typeof values[name] === 'string' ? [[variable, read(values[name])] as const] : [],
  );
  return { env: { ...env, ...Object.fromEntries(given) } };

  function plainName(arg: string): string {
    const [written, ...value] = arg.split('=');
    const option = program.options.find(({ alias }) => alias === written);
    return option ? [`--${option.name}`, ...value].join('=') : arg;
  }
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'string' | 'boolean'; short?: string }>,
): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new ConfigurationError(`  ${(error as Error).message} --help lists the options.`);
  }
}

function helpText(program: Parameters<typeof applyCommandLine>[2]): string {
  const rows = [
    ...program.options.map(({ name, short, alias, variable, help }) => [
      `${shownAs(alias ?? (short && `-${short}`))}--${name} <value>`,
      `${help} (${variable})`,
    ]),
    [`${shownAs('-h')}--help`, 'Shows this.'],
  ];
  const width = Math.max(...rows.map(([left]) => left!.length));
  const lines = rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`);
  return `${program.name}: ${program.about}\n\n${lines.join('\n')}\n\nEverything else is set by environment variables, see .env.example.\n`;
}

/** As wide as the longest. */
function shownAs(otherwise: string | undefined): string {
  return (otherwise ? `${otherwise}, ` : '').padEnd('-ll, '.length);
}
