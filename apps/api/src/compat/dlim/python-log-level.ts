import type { LogLevel } from '@darkroom/service-kit';

/** From the number on, which Python's `logging` calls NOTSET, DEBUG, INFO, WARNING, ERROR and CRITICAL. */
const LEVELS: readonly (readonly [from: number, level: LogLevel])[] = [
  [50, 'fatal'],
  [40, 'error'],
  [30, 'warn'],
  [20, 'info'],
  [10, 'debug'],
  [0, 'trace'],
];

/** A level of Python's `logging` by its number as one of ours; what is no number stays as it is. */
export function readPythonLogLevel(text: string): string {
  if (!/^\d{1,4}$/.test(text)) return text;
  return LEVELS.find(([from]) => Number(text) >= from)![1];
}
