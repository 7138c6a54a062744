import type { Env } from './env.js';
import type { GraphProcesses } from './graphs/graph-processes.js';
import type { Terminal } from './terminal.js';

/** What commands work with. */
export interface CommandContext {
  readonly env: Env;
  readonly terminal: Terminal;
  readonly graphs: GraphProcesses;
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal;
  /** Folders of models, the one that models are added to first. */
  readonly modelsFolders: readonly string[];
}
