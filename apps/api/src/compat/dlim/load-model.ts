import { DarkroomError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import { holdersOf } from '../../model-directory.js';
import { MAX_WAIT_SECONDS, type Services } from '../../services.js';
import { waitForWorkers } from '../../wait-for-workers.js';

/**
 * Has the model that finds everything loaded by the workers that hold it, and waits until they have it.
 * @param id none: the default among those that can
 * @throws DarkroomError where there is none, nobody serves it now, or it can't be loaded
 */
export async function loadModel(
  request: FastifyRequest,
  id: string | undefined,
  services: Services,
): Promise<void> {
  const { models, commands } = services;
  const chosen = await models.choose('segmentation', id, [{ capability: 'everything', field: 'mode' }]);
  const command = await commands.send('load', chosen.id);
  const holders = holdersOf(await models.readAnew(), chosen.id);
  if (holders.length === 0) throw notLoaded(chosen.id, 'no worker serves it at present');
  const isDone = await waitForWorkers(request, command, holders, MAX_WAIT_SECONDS, services);
  const [model] = await models.describe(await models.readAnew(), [chosen], services);
  if (model!.state === 'ready') return;
  const why = model!.problem ?? (isDone ? `it is ${model!.state}` : 'it is still being loaded');
  throw notLoaded(chosen.id, why);
}

function notLoaded(id: string, why: string): DarkroomError {
  return new DarkroomError('inference_failed', `The model "${id}" is not loaded: ${why}.`);
}
