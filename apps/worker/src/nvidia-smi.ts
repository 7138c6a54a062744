import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** It asks the driver, which answers in a fraction of a second, or never when it is in trouble. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the driver's own tool, which comes with every NVIDIA container.
 * @param fields as `nvidia-smi --help-query-gpu` names them; numbers come without their unit
 * @param uuid asks one GPU alone, which is quicker where there are many
 * @returns the fields of each GPU in the order of their PCI addresses; none where there is no driver, or no answer
 */
export async function queryGpus(fields: readonly string[], uuid?: string): Promise<string[][]> {
  const query = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
  if (uuid !== undefined) query.push(`--id=${uuid}`);
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const lines = stdout.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => line.split(',').map((value) => value.trim()));
  } catch {
    return [];
  }
}
