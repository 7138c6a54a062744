import type { Redis, Result } from 'ioredis';
import { JobKeys } from './job-keys.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomRenewLease(key: string, holder: string, milliseconds: string): Result<number, Context>;
    darkroomEndLease(key: string, holder: string): Result<number, Context>;
  }
}

/** Longer than a worker's pause for breath, shorter than anyone wants to wait for a dead worker's GPU. */
const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 5_000;

const RENEW_LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

const END_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** A GPU that this worker alone uses, as long as the lease is kept alive. */
export interface GpuLease {
  readonly uuid: string;
  end(): Promise<void>;
}

/**
 * One GPU, one worker: compose gives every replica the same GPUs, so the workers agree in Redis on who takes which.
 * A GPU goes by its UUID, which is the same in every container, as its number is not.
 */
export class GpuLeases {
  readonly #redis: Redis;
  readonly #keys: JobKeys;
  readonly #leaseMs: number;

  constructor(redis: Redis, namespace: string, leaseMs = LEASE_MS) {
    this.#redis = redis;
    this.#keys = new JobKeys(namespace);
    this.#leaseMs = leaseMs;
    redis.defineCommand('darkroomRenewLease', { numberOfKeys: 1, lua: RENEW_LEASE });
    redis.defineCommand('darkroomEndLease', { numberOfKeys: 1, lua: END_LEASE });
  }

  /**
   * Takes the first of these GPUs that nobody has, and keeps the lease alive until it is ended.
   * @param onLost called when another worker has the GPU now, because this one was silent for too long
   * @returns null when all are taken
   */
  async takeFree(uuids: readonly string[], workerId: string, onLost: () => void): Promise<GpuLease | null> {
    for (const uuid of uuids) {
      const key = this.#keys.gpu(uuid);
      const taken = await this.#redis.set(key, workerId, 'PX', this.#leaseMs, 'NX');
      if (taken === 'OK') return this.#keepAlive(uuid, key, workerId, onLost);
    }
    return null;
  }

  #keepAlive(uuid: string, key: string, workerId: string, onLost: () => void): GpuLease {
    const renew = async () => {
      const isOurs = await this.#redis.darkroomRenewLease(key, workerId, String(this.#leaseMs));
      if (isOurs === 1) return;
      clearInterval(timer);
      onLost();
    };
    // While Redis is away nobody can take the GPU either; the next renewal settles it.
    const timer = setInterval(
      () => void renew().catch(() => {}),
      Math.min(RENEW_EVERY_MS, this.#leaseMs / 3),
    );
    timer.unref();
    return {
      uuid,
      end: async () => {
        clearInterval(timer);
        await this.#redis.darkroomEndLease(key, workerId);
      },
    };
  }
}
