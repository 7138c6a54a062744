import type { ChainableCommander, Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';
import { type LabelsOf, USAGE_METRICS, type UsageMetric, type UsageMetricKey } from './usage-metrics.js';

type KeyOf<Type extends UsageMetric['type']> = {
  [Key in UsageMetricKey]: (typeof USAGE_METRICS)[Key]['type'] extends Type ? Key : never;
}[UsageMetricKey];

/** One line of a metric as Prometheus shows it; `suffix` is `_bucket`, `_sum` or `_count` in a histogram. */
export interface UsageSample {
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Counts kept in Redis, so that they are those of all workers, outlive each of them, and are the same whichever api
 * is asked. One hash has a field for each count: `["<metric>", "<label value>"…]`, and in histograms the bucket.
 */
export class UsageCounters {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#key = new JobKeys(namespace).usage;
  }

  async count<Key extends KeyOf<'counter'>>(metric: Key, labels: LabelsOf<Key>): Promise<void> {
    await this.#redis.hincrby(this.#key, fieldOf(metric, labels), 1);
  }

  /** Adds observations to histograms, all in one way to Redis. */
  async observe(add: (observe: Observe) => void): Promise<void> {
    const pipeline = this.#redis.pipeline();
    add((metric, labels, value) => this.#addTo(pipeline, metric, labels, value));
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  /** Everything that was counted so far. */
  async read(): Promise<Map<UsageMetricKey, UsageSample[]>> {
    const counts = Object.entries(await this.#redis.hgetall(this.#key));
    const samples = new Map<UsageMetricKey, UsageSample[]>();
    for (const metric of Object.keys(USAGE_METRICS) as UsageMetricKey[]) samples.set(metric, []);
    const histograms = new Map<string, Map<string, number>>();
    for (const [field, text] of counts) {
      const [metric, ...values] = JSON.parse(field) as [UsageMetricKey, ...string[]];
      const known = USAGE_METRICS[metric] as UsageMetric | undefined;
      // A count of another version of Darkroom.
      if (known === undefined) continue;
      if (known.type === 'counter') {
        samples.get(metric)!.push({ suffix: '', labels: labelsFrom(known, values), value: Number(text) });
        continue;
      }
      const series = JSON.stringify([metric, ...values.slice(0, known.labelNames.length)]);
      if (!histograms.has(series)) histograms.set(series, new Map());
      histograms.get(series)!.set(values.at(-1)!, Number(text));
    }
    for (const [series, cells] of histograms) {
      const [metric, ...values] = JSON.parse(series) as [UsageMetricKey, ...string[]];
      samples.get(metric)!.push(...histogramSamples(USAGE_METRICS[metric], values, cells));
    }
    return samples;
  }

  #addTo<Key extends KeyOf<'histogram'>>(
    pipeline: ChainableCommander,
    metric: Key,
    labels: LabelsOf<Key>,
    value: number,
  ): void {
    const bound = USAGE_METRICS[metric].buckets.find((upper) => value <= upper) ?? '+Inf';
    pipeline.hincrby(this.#key, fieldOf(metric, labels, String(bound)), 1);
    pipeline.hincrbyfloat(this.#key, fieldOf(metric, labels, 'sum'), value);
  }
}

export type Observe = <Key extends KeyOf<'histogram'>>(
  metric: Key,
  labels: LabelsOf<Key>,
  value: number,
) => void;

/** Name of a count in the hash. @param cell of a histogram: the upper bound of a bucket, or `sum` */
export function fieldOf<Key extends UsageMetricKey>(
  metric: Key,
  labels: LabelsOf<Key>,
  ...cell: string[]
): string {
  const values = USAGE_METRICS[metric].labelNames.map(
    (name) => (labels as Readonly<Record<string, string>>)[name]!,
  );
  return JSON.stringify([metric, ...values, ...cell]);
}

/** Prometheus' buckets count all that is at or below their bound. */
function histogramSamples(
  metric: UsageMetric,
  values: readonly string[],
  cells: ReadonlyMap<string, number>,
): UsageSample[] {
  const labels = labelsFrom(metric, values);
  let total = 0;
  const buckets = [...(metric.buckets ?? []).map(String), '+Inf'].map((le) => {
    total += cells.get(le) ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { suffix: '_sum', labels, value: cells.get('sum') ?? 0 },
    { suffix: '_count', labels, value: total },
  ];
}

function labelsFrom({ labelNames }: UsageMetric, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(labelNames.map((name, i) => [name, values[i]!]));
}
