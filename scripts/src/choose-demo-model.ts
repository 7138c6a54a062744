import type { DarkroomClient } from '@darkroom/client';
import type { Capability, Model, Task } from '@darkroom/contracts';
import { ExpectedFailure } from './expected-failure.js';

/** What is asked of a model. */
export interface NeededModel {
  readonly task: Task;
  readonly capability: Capability;
}

/**
 * The model that shows a task: a demo model, whatever else is installed, since the pictures are drawn for it; where
 * there is none, the one that a request gets which names none.
 *
 * @throws ExpectedFailure when no worker serves a model that can do it, with what workers have against those they left out
 */
export async function chooseDemoModel(client: DarkroomClient, shown: NeededModel): Promise<Model> {
  const model = bestForDemo(await client.models({ task: shown.task }), shown.capability);
  if (model !== undefined) return model;
  const reasons = (await leftOut(client)).map(
    ({ folder, problems }) => `\n  ${folder}: ${problems.join('; ')}`,
  );
  throw new ExpectedFailure(
    `no worker serves a model for ${shown.task} that can do ${shown.capability}.${reasons.join('')}`,
  );
}

/**
 * The same, or null where nobody has a model for the task: there is nothing of it to show then.
 * @throws ExpectedFailure likewise
 */
export async function findDemoModel(client: DarkroomClient, shown: NeededModel): Promise<Model | null> {
  const models = await client.models({ task: shown.task });
  if (models.length === 0 && (await leftOut(client)).length === 0) return null;
  return chooseDemoModel(client, shown);
}

/**
 * The models of something that takes several, in this order, or null where nobody has one of them.
 * @throws ExpectedFailure likewise
 */
export async function findDemoModels(
  client: DarkroomClient,
  needed: readonly NeededModel[],
): Promise<readonly Model[] | null> {
  const found = await Promise.all(needed.map((one) => findDemoModel(client, one)));
  return found.every((model) => model !== null) ? found : null;
}

async function leftOut(client: DarkroomClient) {
  return (await client.workers()).flatMap(({ rejected_models }) => rejected_models);
}

/** Of the models for one task, the one to show; none of those whose workers are gone. */
export function bestForDemo(models: readonly Model[], capability: Capability): Model | undefined {
  const able = models.filter(
    ({ capabilities, state }) => capabilities.includes(capability) && state !== 'offline',
  );
  return able.find(({ demo }) => demo) ?? able.find((model) => model.default) ?? able[0];
}
