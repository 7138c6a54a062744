import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerCommand } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from './services.js';

const LOOK_EVERY_MS = 100;

/**
 * Waits until these workers have carried a command out, but no longer than the client does, or than the api runs. A
 * worker that is lost meanwhile is not waited for.
 * @param workerIds those that were alive when it was sent
 * @returns whether all have
 */
export async function waitForWorkers(
  request: FastifyRequest,
  command: WorkerCommand,
  workerIds: readonly string[],
  seconds: number,
  { commands, models }: Services,
): Promise<boolean> {
  const untilMs = Date.now() + seconds * 1000;
  const haveAllDone = async () => {
    const [done, { workers }] = await Promise.all([commands.doneBy(command), models.read()]);
    const alive = new Set(workers.map(({ id }) => id));
    return workerIds.every((id) => done.has(id) || !alive.has(id));
  };
  while (Date.now() < untilMs && !request.raw.socket.destroyed && !request.server.stopping.aborted) {
    // Redis may go away and come back meanwhile.
    if (await haveAllDone().catch(() => false)) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}
