import { setTimeout as pause } from 'node:timers/promises';
import type { GpuLease, GpuLeases } from '@darkroom/jobs';
import { ConfigurationError, type Logger } from '@darkroom/service-kit';
import { type ListGpus, listGpus } from './list-gpus.js';

/** The one GPU that a process with a lease sees is always its first. */
export const LEASED_DEVICE = 'cuda:0';

const TRY_EVERY_MS = 3_000;

/**
 * Takes a GPU that no other worker uses, waiting for one where all are taken.
 * @throws ConfigurationError where there is no GPU at all
 */
export async function leaseGpu(
  leases: GpuLeases,
  workerId: string,
  logger: Logger,
  { list = listGpus, tryEveryMs = TRY_EVERY_MS }: { list?: ListGpus; tryEveryMs?: number } = {},
): Promise<GpuLease> {
  const uuids = await list();
  if (uuids.length === 0) {
    throw new ConfigurationError(
      '  DARKROOM_DEVICE is cuda:auto, and nvidia-smi shows no GPU. Give the container its GPUs, or set cpu or auto.',
    );
  }
  for (let isFirst = true; ; isFirst = false) {
    const lease = await leases.takeFree(uuids, workerId, () => {
      // Two workers on one GPU would run out of its memory; whoever supervises this one starts it again.
      logger.fatal('another worker has the GPU of this one now; ending');
      process.kill(process.pid, 'SIGTERM');
    });
    if (lease) {
      logger.info({ gpu: lease.uuid }, 'GPU leased');
      return lease;
    }
    if (isFirst) logger.warn({ gpus: uuids.length }, 'all GPUs are taken by other workers; waiting for one');
    await pause(tryEveryMs);
  }
}
