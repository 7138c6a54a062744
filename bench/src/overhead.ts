import { threadBudget, threadsPerProcess } from '@darkroom/inference/thread-budget';
import type { OverheadSettings } from './arguments.js';
import { BenchModels, benchPicture } from './bench-models.js';
import { BenchService } from './bench-service.js';
import { type JobOverhead, measureJobOverhead } from './job-overhead.js';
import { progress } from './progress.js';
import { RawGraph } from './raw-graph.js';
import type { Resources } from './resources.js';
import { measureRunsAgainstRaw, type RunsAgainstRaw } from './runs-against-raw.js';

export interface Overhead {
  readonly runsAgainstRaw: RunsAgainstRaw;
  readonly jobOverhead: JobOverhead;
}

/** What a job costs beside its inference. */
export async function measureOverhead(
  { rounds, seconds, jobs }: OverheadSettings,
  resources: Resources,
): Promise<Overhead> {
  progress('calibrating graphs, starting Redis and api');
  // Each worker of this scenario serves one model.
  const threads = threadsPerProcess(threadBudget(), 1);
  const raw = resources.add(new RawGraph(), (it) => it.stop());
  const models = resources.add(await BenchModels.calibrate(raw, threads), (it) => it.remove());
  const service = await BenchService.start(resources);
  const parts = { raw, models, service, picture: await benchPicture(), threads };
  const runsAgainstRaw = await measureRunsAgainstRaw(parts, { rounds, measureMs: seconds * 1000 });
  await raw.stop();
  const jobOverhead = await measureJobOverhead(parts, jobs);
  return { runsAgainstRaw, jobOverhead };
}
