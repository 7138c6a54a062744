import { createMetricsRegistry } from '@darkroom/service-kit';
import fastify, { type FastifyInstance } from 'fastify';
import { Gauge } from 'prom-client';
import type { Worker } from './worker.js';

/** The worker's own health and metrics, for whoever runs it; jobs never come this way. */
export function buildHealthServer(worker: Worker): FastifyInstance {
  const register = createMetricsRegistry();
  addMemoryGauge(
    'memory_bytes',
    'darkroom_model_memory_bytes',
    'Memory of the inference process of each model.',
  );
  addMemoryGauge(
    'gpu_memory_bytes',
    'darkroom_model_gpu_memory_bytes',
    'Memory of the GPU that each model takes, as measured.',
  );

  function addMemoryGauge(field: 'memory_bytes' | 'gpu_memory_bytes', name: string, help: string): void {
    new Gauge({
      name,
      help,
      labelNames: ['model'],
      registers: [register],
      collect() {
        this.reset();
        for (const model of worker.describe().models) this.set({ model: model.id }, model[field] ?? 0);
      },
    });
  }

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
