import { Option } from 'commander';
import type { Terminal } from '../terminal.js';

/** How a command gives its results. */
export type ResultForm = 'text' | 'json';

export interface FormOption {
  readonly format?: ResultForm;
}

export function formatOption(): Option {
  return new Option(
    '--format <format>',
    'Of the result. Default: text on a terminal, json elsewhere.',
  ).choices(['text', 'json']);
}

export function chosenForm<Form extends string>(
  { format }: { readonly format?: Form },
  { showsResults }: Terminal,
): Form | ResultForm {
  return format ?? (showsResults ? 'text' : 'json');
}
