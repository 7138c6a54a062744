import { commandName } from '../env.js';

/** Examples for the end of a command’s help, as they can be typed here. */
export function helpExamples(lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${commandName()} ${line}`)].join('\n');
}
