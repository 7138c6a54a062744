import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';
import { type WorkerCommand, WorkerCommands } from './worker-commands.js';

let redis: RedisFixture;
let commands: WorkerCommands;
const unexpected = (error: Error) => {
  throw error;
};

beforeAll(async () => {
  redis = await startRedis();
  commands = new WorkerCommands(redis.connect(), NAMESPACE);
});
afterAll(() => redis.close());

describe('commands to workers', () => {
  it('reach every worker that listens, and it is known who has carried them out', async () => {
    const heard: string[] = [];
    const carryOut =
      (worker: string, holds: string) =>
      async ({ kind, model }: WorkerCommand) => {
        heard.push(`${worker}: ${kind} ${model}`);
        return model === holds;
      };
    const listen = (worker: string, holds: string) =>
      commands.listen(redis.connect(), worker, carryOut(worker, holds), unexpected);
    const stopFirst = await listen('first', 'a');
    await listen('second', 'a');
    await listen('third', 'b');
    const command = await commands.send('load', 'a');
    await expect.poll(() => commands.doneBy(command)).toEqual(new Set(['first', 'second']));
    expect(heard.sort()).toEqual(['first: load a', 'second: load a', 'third: load a']);

    stopFirst();
    const next = await commands.send('unload', 'a');
    await expect.poll(() => commands.doneBy(next)).toEqual(new Set(['second']));
    expect(heard.filter((line) => line.startsWith('first'))).toHaveLength(1);
  });

  it('are told apart: what one worker has done says nothing of the next command', async () => {
    let finish: () => void = () => {};
    const finished = new Promise<boolean>((resolve) => {
      finish = () => resolve(true);
    });
    await commands.listen(redis.connect(), 'slow', () => finished, unexpected);
    const command = await commands.send('load', 'c');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await commands.doneBy(command)).toEqual(new Set());
    finish();
    await expect.poll(() => commands.doneBy(command)).toEqual(new Set(['slow']));
    expect(await commands.doneBy({ ...command, id: 'another' })).toEqual(new Set());
  });

  it('of which a worker makes an error are not carried out', async () => {
    const errors: string[] = [];
    await commands.listen(
      redis.connect(),
      'broken',
      async ({ model }) => {
        throw new Error(`no ${model}`);
      },
      ({ message }) => errors.push(message),
    );
    const command = await commands.send('load', 'd');
    await expect.poll(() => errors).toEqual(['no d']);
    expect((await commands.doneBy(command)).has('broken')).toBe(false);
  });
});
