import { queryGpus } from './nvidia-smi.js';

/** UUIDs of the GPUs that this machine or container has. @returns none where there is no NVIDIA driver */
export type ListGpus = () => Promise<readonly string[]>;

/** As the driver's own tool tells. */
export const listGpus: ListGpus = async () => (await queryGpus(['uuid'])).map(([uuid]) => uuid!);
