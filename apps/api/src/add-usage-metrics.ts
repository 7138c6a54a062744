import { USAGE_METRICS, type UsageCounters, type UsageMetricKey } from '@darkroom/jobs';
import type { Metric, Registry } from 'prom-client';

/**
 * Shows in a registry what all workers counted in Redis. prom-client's own counters and histograms count what this
 * process saw; a registry only asks each metric for its name and its values, so these bring theirs from Redis.
 */
export function addUsageMetrics(register: Registry, usage: UsageCounters): void {
  // The metrics of one answer are asked for one after the other within it: one look at Redis serves them all.
  let reading: ReturnType<UsageCounters['read']> | undefined;
  const read = () => {
    reading ??= usage.read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  for (const key of Object.keys(USAGE_METRICS) as UsageMetricKey[]) {
    const { name, help, type } = USAGE_METRICS[key];
    const get = async () => {
      // While Redis is away these have no value; the others are told all the same.
      const samples = (await read().catch(() => null))?.get(key) ?? [];
      const values = samples.map(({ suffix, labels, value }) => ({
        metricName: `${name}${suffix}`,
        labels,
        value,
      }));
      return { name, help, type, values, aggregator: 'sum' };
    };
    register.registerMetric({ name, help, type, get, reset() {} } as unknown as Metric);
  }
}
