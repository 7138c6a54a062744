import { threadBudget, threadsPerProcess } from '@darkroom/inference/thread-budget';
import { AskedProcess } from '../asked-process.js';
import { type MachineUse, watchMachine } from '../machine-use.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import type { EverythingTimes, FromEverything, ToEverything } from './everything-messages.js';
import { THRESHOLDS } from './everything-settings.js';
import type { SamModelFolder } from './sam-model-folder.js';

export interface EverythingRow extends EverythingTimes {
  /** The thresholds that masks have to reach. */
  readonly name: string;
  readonly use: MachineUse | null;
}

/** 1,024 points on a picture of 12 megapixels, each time in a new process. */
export async function measureEverything(
  { modelsFolder }: SamModelFolder,
  resources: Resources,
): Promise<readonly EverythingRow[]> {
  const threads = threadsPerProcess(threadBudget(), 1);
  const main = new URL('./everything-process.js', import.meta.url);
  const rows: EverythingRow[] = [];
  for (const { name, automatic } of THRESHOLDS) {
    progress(`everything in a large picture, thresholds: ${name}`);
    const finder = resources.add(
      new AskedProcess<ToEverything, FromEverything>('looking for everything', main),
      (it) => it.stop(),
    );
    const used = watchMachine();
    const { type: _, ...times } = await finder.ask(
      { type: 'find', modelsFolder, threads, automatic },
      'found',
    );
    rows.push({ ...times, name, use: used() });
    await finder.stop();
  }
  return rows;
}
