import type { WorkerCommand } from '@darkroom/jobs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { holdersOf } from '../model-directory.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { waitForWorkers } from '../wait-for-workers.js';
import { confirmWait, readWait } from '../wanted-answer.js';
import { ModelParams } from './models.js';

const StepQuery = Type.Object(
  {
    wait: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Seconds to wait for the workers, as `Prefer: wait=N`; more than 50 counts as 50.',
      }),
    ),
  },
  { additionalProperties: false },
);
const StepHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({ description: '`wait=N`: `200` once all workers are done, within N seconds; else `202`.' }),
  ),
});

const ABOUT_ALL_WORKERS =
  'Every worker that is alive and holds the model is told. Without waiting the answer is `202` and the model as it is; it goes on behind it. With `Prefer: wait=N` it is `200` once all of them are done, also where one could not load it: read `state` and `problem`. Where no worker that is alive holds the model, nothing will happen, so `202` would be wrong: the answer is `200` with the state `offline`.';

const STEPS = [
  {
    kind: 'load',
    operationId: 'loadModel',
    summary: 'Load a model',
    description: `Has it loaded, its graphs run once, so that the next job finds it \`ready\`. Where memory doesn't suffice for all, it takes the place of others as a job would, by the same rules. ${ABOUT_ALL_WORKERS}`,
  },
  {
    kind: 'unload',
    operationId: 'unloadModel',
    summary: 'Unload a model',
    description: `Runs in hand end first, then its memory is given back, also that of a model that is preloaded. The next job loads it again, also one that waits now. ${ABOUT_ALL_WORKERS}`,
  },
] as const satisfies readonly { kind: WorkerCommand['kind']; [field: string]: string }[];

/** What operators do to a model on all workers: load it, unload it. */
export const modelStepsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { commands, models } = services;

  for (const { kind, ...about } of STEPS) {
    app.post(
      `/v1/models/:id/${kind}`,
      {
        schema: {
          ...about,
          tags: ['models'],
          params: ModelParams,
          querystring: StepQuery,
          headers: StepHeaders,
          response: {
            200: {
              description: 'The model, once nothing of this goes on any more; or `offline`.',
              content: { 'application/json': { schema: Type.Ref('Model') } },
            },
            202: {
              description: 'The model as it is; workers are told.',
              content: { 'application/json': { schema: Type.Ref('Model') } },
            },
            ...problemAnswers('model_not_found', 'invalid_field', 'unknown_field', 'redis_unavailable'),
          },
        },
      },
      async (request, reply) => {
        const wait = readWait(request);
        const registry = await models.readAnew();
        const { id } = models.find(registry, request.params.id);
        const command = await commands.send(kind, id);
        const holders = holdersOf(registry, id);
        confirmWait(reply, wait);
        const nothingGoesOn =
          holders.length === 0 || (await waitForWorkers(request, command, holders, wait.seconds, services));
        const present = await models.readAnew();
        const [model] = await models.describe(present, [models.find(present, id)], services);
        return reply.code(nothingGoesOn ? 200 : 202).send(model);
      },
    );
  }
};
