import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { VERSION } from './version.js';

/** A registry with what every process tells: its own memory, event loop and version. */
export function createMetricsRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const info = { name: 'darkroom_info', help: 'Version of Darkroom.', labelNames: ['version'] as const };
  new Gauge({ ...info, registers: [register] }).labels(VERSION).set(1);
  return register;
}
