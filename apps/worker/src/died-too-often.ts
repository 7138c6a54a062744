import { DEATHS_THAT_END_A_JOB } from '@darkroom/jobs';
import type { DeathSign } from './inference-process.js';

const DIED = `The process that runs the model died ${DEATHS_THAT_END_A_JOB} times`;

const ADVICE: Readonly<Record<DeathSign, string>> = {
  memory: 'SIGKILL mostly means that memory ran out: try a smaller picture, or give the worker more memory.',
  device:
    'After this error nothing else could run on the device, so the process was replaced. If other jobs fail of it too, ' +
    'look at the driver’s log (dmesg, nvidia-smi); if only this one, at the model or its graph.',
  unknown: 'This points at the model or its graph; the worker’s log has more.',
};

/** Why a job failed that no process survived, and what to try. */
export function diedTooOften(ending: string, sign: DeathSign): string {
  return `${DIED} at this job, last with ${ending}. ${ADVICE[sign]}`;
}

/** The same where the worker went with the process, so that nobody saw how. */
export function diedWithWorker(): string {
  return (
    `${DIED} at this job, last together with its worker. If the machine or its container ran out of memory, ` +
    'try a smaller picture or give it more.'
  );
}
