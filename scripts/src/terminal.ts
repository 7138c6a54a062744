import { styleText } from 'node:util';
import { terminalAbilities } from './environment.js';

const { interactive, colorful } = terminalAbilities();

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** What is written for people: colours and moving lines where there is a terminal, plain lines elsewhere. */
export const terminal = {
  interactive,

  get columns(): number {
    return process.stdout.columns ?? Number.POSITIVE_INFINITY;
  },

  paint(style: Style, text: string): string {
    return colorful ? styleText(style, text) : text;
  },

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  },

  /** Replaces the present line; without a terminal nothing is shown. */
  rewrite(text: string): void {
    if (interactive) process.stdout.write(`\r\u001b[2K${text}`);
  },
};

export type Terminal = typeof terminal;
