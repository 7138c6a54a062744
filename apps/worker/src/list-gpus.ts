import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** UUIDs of the GPUs that this machine or container has. @returns none where there is no NVIDIA driver */
export type ListGpus = () => Promise<readonly string[]>;

/** As the driver's own tool tells, which comes with every NVIDIA container. */
export const listGpus: ListGpus = async () => {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=uuid', '--format=csv,noheader']);
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  } catch {
    return [];
  }
};
