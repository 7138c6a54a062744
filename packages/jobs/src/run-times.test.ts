import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunTimes } from './run-times.js';
import { NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';

let redis: RedisFixture;
let runTimes: RunTimes;

beforeAll(async () => {
  redis = await startRedis();
  runTimes = new RunTimes(redis.connect(), NAMESPACE);
});
afterAll(() => redis.close());

describe('usual run times', () => {
  it('are the median of the recent runs', async () => {
    expect(await runTimes.usualMs(['unknown'])).toEqual(new Map([['unknown', null]]));
    for (const runMs of [10, 1000, 20]) await runTimes.remember('timed', runMs);
    expect(await runTimes.usualMs(['timed'])).toEqual(new Map([['timed', 20]]));
  });
});
