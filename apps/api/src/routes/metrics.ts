import { VERSION } from '@darkroom/service-kit';
import type { FastifyPluginAsync } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Services } from '../services.js';

/** Prometheus metrics of the api: its own answers, and the state of the queues, read when asked for. */
export const metricsRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  const register = new Registry();
  collectDefaultMetrics({ register });
  new Gauge({
    name: 'darkroom_info',
    help: 'Version of Darkroom.',
    labelNames: ['version'],
    registers: [register],
  })
    .labels(VERSION)
    .set(1);
  const answers = new Histogram({
    name: 'darkroom_http_request_duration_seconds',
    help: 'Time to answer, by route and status; waiting for a job counts.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [register],
  });
  new Gauge({
    name: 'darkroom_jobs',
    help: 'Jobs on record, by status.',
    labelNames: ['status'],
    registers: [register],
    async collect() {
      const counts = await services.store.countByStatus();
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'darkroom_queue_depth',
    help: 'Jobs that wait for a worker, by model.',
    labelNames: ['model'],
    registers: [register],
    async collect() {
      const { models } = await services.models.read();
      for (const { id } of models) this.set({ model: id }, await services.deliveries.depth(id));
    },
  });
  new Gauge({
    name: 'darkroom_workers',
    help: 'Workers that are alive.',
    registers: [register],
    async collect() {
      this.set((await services.models.read()).workers.length);
    },
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    answers.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get(
    '/metrics',
    { schema: { operationId: 'getMetrics', tags: ['service'], summary: 'Prometheus metrics' } },
    async (_request, reply) => reply.type(register.contentType).send(await register.metrics()),
  );
};
