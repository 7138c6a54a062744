import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';

/** What an operator asks of every worker that holds a model. */
export interface WorkerCommand {
  readonly id: string;
  readonly kind: 'load' | 'unload';
  readonly model: string;
}

/** For so long it is known who has carried a command out: longer than any request waits for it. */
const DONE_KEPT_MS = 10 * 60_000;

/**
 * Commands from the api to all workers that listen. They are not kept: a worker that is away from Redis at that
 * moment doesn't hear of them.
 */
export class WorkerCommands {
  readonly #redis: Redis;
  readonly #keys: JobKeys;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#keys = new JobKeys(namespace);
  }

  async send(kind: WorkerCommand['kind'], model: string): Promise<WorkerCommand> {
    const command = { id: randomUUID(), kind, model };
    await this.#redis.publish(this.#keys.commands, JSON.stringify(command));
    return command;
  }

  /** Ids of the workers that have carried a command out, whatever became of it: their heartbeats say that. */
  async doneBy({ id }: WorkerCommand): Promise<Set<string>> {
    return new Set(await this.#redis.smembers(this.#keys.commandDone(id)));
  }

  /**
   * Hears of commands from now on.
   * @param subscriber a connection of its own: a subscribed connection can do nothing else
   * @param carryOut says when a command is carried out; false when it was not for this worker
   * @returns stops listening
   */
  async listen(
    subscriber: Redis,
    workerId: string,
    carryOut: (command: WorkerCommand) => Promise<boolean>,
    onError: (error: Error) => void,
  ): Promise<() => void> {
    const receive = (_channel: string, message: string) => {
      const obey = async () => {
        const heard = JSON.parse(message) as WorkerCommand;
        if (await carryOut(heard)) await this.#noteDone(heard, workerId);
      };
      obey().catch(onError);
    };
    subscriber.on('message', receive);
    await subscriber.subscribe(this.#keys.commands);
    return () => subscriber.off('message', receive);
  }

  async #noteDone({ id }: WorkerCommand, workerId: string): Promise<void> {
    const key = this.#keys.commandDone(id);
    await this.#redis.multi().sadd(key, workerId).pexpire(key, DONE_KEPT_MS).exec();
  }
}
