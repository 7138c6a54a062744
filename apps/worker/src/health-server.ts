import { createMetricsRegistry } from '@darkroom/service-kit';
import fastify, { type FastifyInstance } from 'fastify';
import { Gauge } from 'prom-client';
import type { Worker } from './worker.js';

/** The worker's own health and metrics, for whoever runs it; jobs never come this way. */
export function buildHealthServer(worker: Worker): FastifyInstance {
  const register = createMetricsRegistry();
  new Gauge({
    name: 'darkroom_model_memory_bytes',
    help: 'Memory of the inference process of each loaded model.',
    labelNames: ['model'],
    registers: [register],
    collect() {
      this.reset();
      for (const { id, memory_bytes } of worker.describe().models) this.set({ model: id }, memory_bytes ?? 0);
    },
  });

  const app = fastify();
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const status = worker.isReady ? 'ready' : 'not_ready';
    return reply.code(worker.isReady ? 200 : 503).send({ status, worker: worker.describe() });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  );
  return app;
}
