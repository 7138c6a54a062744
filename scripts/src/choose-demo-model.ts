import type { DarkroomClient } from '@darkroom/client';
import type { Capability, Model, Task } from '@darkroom/contracts';
import { ExpectedFailure } from './expected-failure.js';

/**
 * The model that shows a task: a demo model, whatever else is installed, since the pictures are drawn for it; where
 * there is none, the one that a request gets which names none.
 *
 * @throws ExpectedFailure when no worker serves a model that can do it, with what workers have against those they left out
 */
export async function chooseDemoModel(
  client: DarkroomClient,
  { task, capability }: { readonly task: Task; readonly capability: Capability },
): Promise<Model> {
  const model = bestForDemo(await client.models({ task }), capability);
  if (model !== undefined) return model;
  const rejected = (await client.workers()).flatMap(({ rejected_models }) => rejected_models);
  const reasons = rejected.map(({ folder, problems }) => `\n  ${folder}: ${problems.join('; ')}`);
  throw new ExpectedFailure(
    `no worker serves a model for ${task} that can do ${capability}.${reasons.join('')}`,
  );
}

/** Of the models for one task, the one to show; none of those whose workers are gone. */
export function bestForDemo(models: readonly Model[], capability: Capability): Model | undefined {
  const able = models.filter(
    ({ capabilities, state }) => capabilities.includes(capability) && state !== 'offline',
  );
  return able.find(({ demo }) => demo) ?? able.find((model) => model.default) ?? able[0];
}
