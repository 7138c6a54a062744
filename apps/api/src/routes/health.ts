import { LivenessSchema, type Readiness, TASKS } from '@darkroom/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { workersOf } from '../model-directory.js';
import type { Services } from '../services.js';

const ReadyQuery = Type.Object(
  {
    model: Type.Optional(Type.String({ description: 'Ready only if a worker serves this model now.' })),
    task: Type.Optional(
      Type.Enum([...TASKS], { description: 'Ready only if a worker serves this task now.' }),
    ),
  },
  { additionalProperties: false },
);

type Check = Readiness['checks'][string];

export const healthRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  app.get(
    '/health/live',
    {
      // Asked every few seconds; what is worth a line is when it goes wrong.
      logLevel: 'warn',
      schema: {
        operationId: 'isLive',
        tags: ['service'],
        summary: 'Whether the process answers',
        response: {
          200: { description: 'It does.', content: { 'application/json': { schema: LivenessSchema } } },
        },
      },
    },
    async (_request, reply) => reply.send({ status: 'live' }),
  );

  app.get(
    '/health/ready',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'isReady',
        tags: ['service'],
        summary: 'Whether jobs can be taken',
        description:
          'Redis and storage answer, and a worker has registered its models. Workers lost since are named; jobs still queue.',
        querystring: ReadyQuery,
        response: {
          200: { description: 'Ready.', content: { 'application/json': { schema: Type.Ref('Readiness') } } },
          503: {
            description: 'Not ready.',
            content: { 'application/json': { schema: Type.Ref('Readiness') } },
          },
        },
      },
    },
    async (request, reply) => {
      const readiness = await checkReadiness(services, request.query);
      return reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness);
    },
  );
};

async function checkReadiness(
  { redis, blobs, models }: Services,
  wanted: { model?: string; task?: string },
): Promise<Readiness> {
  const redisCheck = await check(async () => void (await redis.ping()), 'Redis answers');
  const storageCheck = await check(() => blobs.checkWritable(), 'storage takes bytes');
  // Redis may go away between two looks at it.
  const registry = redisCheck.ok ? await models.read().catch(() => null) : null;
  const workersCheck = (): Check => {
    if (!registry) return { ok: false, detail: 'unknown while Redis is away' };
    const served = registry.models.filter(
      (model) => (!wanted.model || model.id === wanted.model) && (!wanted.task || model.task === wanted.task),
    );
    if (!wanted.model && !wanted.task) {
      const ok = served.length > 0;
      return { ok, detail: ok ? `${registry.workers.length} alive` : 'none has registered a model yet' };
    }
    const serving = new Set(served.flatMap((model) => workersOf(registry, model.id)));
    return { ok: serving.size > 0, detail: `${serving.size} serve what was asked for` };
  };
  const checks = { redis: redisCheck, storage: storageCheck, workers: workersCheck() };
  const isReady = Object.values(checks).every(({ ok }) => ok);
  return {
    status: isReady ? 'ready' : 'not_ready',
    checks,
    workers_lost: [...(registry?.lostWorkers ?? [])],
  };
}

async function check(answers: () => Promise<void>, detail: string): Promise<Check> {
  try {
    await answers();
    return { ok: true, detail };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}
