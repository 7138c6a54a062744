import type { DarkroomClient } from '@darkroom/client';
import type { Job, Progress } from '@darkroom/contracts';
import type { CommandContext } from './command-context.js';
import { progressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';

/** Shows how far a job is until it has ended. Interrupted, it cancels the job. @returns the job as it ended */
export async function followJob(
  submitted: Job,
  client: DarkroomClient,
  { terminal, signal }: CommandContext,
): Promise<Job> {
  try {
    for await (const { event, data } of client.events(submitted, { signal })) {
      if (event === 'done') return data;
      if (event === 'progress') show(data, terminal);
      else if (event === 'status') show(data.progress, terminal);
    }
    return await client.waitForEnd(submitted, { signal });
  } catch (error) {
    if (signal.aborted) await client.cancel(submitted).catch(() => {});
    throw error;
  } finally {
    terminal.rewrite('');
  }
}

function show({ stage, fraction, step, steps }: Progress, terminal: Terminal): void {
  const where =
    stage === 'inference' && steps !== null ? `step ${step} of ${steps}` : stage.replace('_', ' ');
  terminal.rewrite(`  ${progressBar(fraction, terminal)}  ${where}`);
}
