import { readFileSync } from 'node:fs';
import { ExpectedFailure } from './expected-failure.js';

/** A text that says what a picture is to show. */
export interface DemoText {
  readonly kind: 'text';
  /** What its results are called, without an extension. */
  readonly name: string;
  readonly prompt: string;
}

/** The texts of a JSON file, which has them by name. */
export function readDemoTexts(path: string): DemoText[] {
  const prompts = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>;
  const texts = Object.entries(prompts).map(([name, prompt]): DemoText => ({ kind: 'text', name, prompt }));
  if (texts.length === 0) throw new ExpectedFailure(`there are no texts in ${path}`);
  return texts;
}
