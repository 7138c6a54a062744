import { modelQueue } from '@darkroom/jobs';
import { createMetricsRegistry } from '@darkroom/service-kit';
import type { FastifyPluginAsync } from 'fastify';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { Type } from 'typebox';
import { addUsageMetrics } from '../add-usage-metrics.js';
import type { Services } from '../services.js';

/** Prometheus metrics: this api's own answers, the state of queues and workers, and what all workers counted. */
export const metricsRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  const register = createMetricsRegistry();
  const answers = new Histogram({
    name: 'darkroom_http_request_duration_seconds',
    help: 'Time to answer, by route and status; waiting for a job counts.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [register],
  });
  addRedisGauges(register, services);
  addUsageMetrics(register, services.usage);

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    answers.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['service'],
        summary: 'Prometheus metrics',
        response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => reply.type(register.contentType).send(await register.metrics()),
  );
};

/** What is read from Redis when asked for. While it is away these have no value; the others are told all the same. */
function addRedisGauges(register: Registry, { redis, store, models, deliveries }: Services): void {
  const add = (name: string, help: string, labelNames: string[], read: (gauge: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [register],
      async collect() {
        this.reset();
        // A gauge without labels is reset to 0, which would be a lie.
        if (labelNames.length === 0) this.remove();
        const isAway = await redis.ping().then(
          () => false,
          () => true,
        );
        if (!isAway) await read(this);
      },
    });

  add('darkroom_jobs', 'Jobs on record, by status.', ['status'], async (gauge) => {
    const counts = await store.indexes.countByStatus();
    for (const [status, count] of Object.entries(counts)) gauge.set({ status }, count);
  });
  add('darkroom_queue_depth', 'Jobs that wait for a worker, by model.', ['model'], async (gauge) => {
    const registry = await models.read();
    for (const { id } of registry.models) gauge.set({ model: id }, await deliveries.depth(modelQueue(id)));
  });
  const oldest = 'How long the job has waited that waits longest, by model; 0 when none waits.';
  add('darkroom_queue_oldest_seconds', oldest, ['model'], async (gauge) => {
    for (const { id } of (await models.read()).models) {
      const createdAtMs = await deliveries.oldestCreatedAtMs(modelQueue(id));
      gauge.set({ model: id }, createdAtMs === null ? 0 : Math.max(0, Date.now() - createdAtMs) / 1000);
    }
  });
  const memory = 'Memory of the inference process of each loaded model, by worker.';
  add('darkroom_model_memory_bytes', memory, ['worker', 'model'], async (gauge) => {
    for (const worker of (await models.read()).workers) {
      for (const { id, memory_bytes } of worker.models)
        if (memory_bytes !== null) gauge.set({ worker: worker.id, model: id }, memory_bytes);
    }
  });
  add('darkroom_workers', 'Workers that are alive.', [], async (gauge) => {
    gauge.set((await models.read()).workers.length);
  });
}
