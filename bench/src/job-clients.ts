import type { JobSender } from './job-sender.js';
import { type JobTimeline, jobTimeline } from './job-timeline.js';
import type { KeptConnections } from './kept-connections.js';
import { type MachineUse, watchMachine } from './machine-use.js';

const WAIT_SECONDS = 50;

/** Jobs per second over a time that begins and ends with the end of a job. */
export interface Throughput {
  readonly jobsPerSecond: number;
  readonly elapsedMs: number;
  /** The jobs that ended in that time. */
  readonly jobs: readonly JobTimeline[];
  readonly use: MachineUse | null;
}

/** Clients of one model; each sends its next job when the last has ended, and asks the service to wait for the end. */
export class JobClients {
  readonly #sender: JobSender;

  constructor(sender: JobSender) {
    this.#sender = sender;
  }

  /** So many jobs in all, shared out among the clients. */
  async run(clients: number, jobs: number): Promise<JobTimeline[]> {
    const timelines: JobTimeline[] = [];
    let left = jobs;
    await this.#together(clients, async () => {
      while (left-- > 0) timelines.push(await this.#waitFor());
    });
    return timelines;
  }

  /** Keeps every client busy for the warm-up and the measured time. */
  async saturate(clients: number, { warmUpMs, measureMs }: { warmUpMs: number; measureMs: number }) {
    const beganMs = performance.now();
    let firstEndMs: number | undefined;
    let machineUse: (() => MachineUse | null) | undefined;
    let throughput: Throughput | undefined;
    const jobs: JobTimeline[] = [];
    await this.#together(clients, async () => {
      while (!throughput) {
        const job = await this.#waitFor();
        const endedMs = performance.now();
        if (endedMs - beganMs < warmUpMs || throughput) continue;
        // Both ends of the time are ends of jobs: counting by the clock would be off by up to a job.
        if (firstEndMs === undefined || machineUse === undefined) {
          firstEndMs = endedMs;
          machineUse = watchMachine();
          continue;
        }
        jobs.push(job);
        const elapsedMs = endedMs - firstEndMs;
        if (elapsedMs < measureMs) continue;
        throughput = { jobsPerSecond: (jobs.length * 1000) / elapsedMs, elapsedMs, jobs, use: machineUse() };
      }
    });
    return throughput!;
  }

  /** Milliseconds from sending a request that does not wait until its `202` was read, for each of some jobs in turn. */
  async acceptanceTimes(jobs: number): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < jobs; i++) {
      const beganMs = performance.now();
      const job = await this.#sender.submit(0);
      times.push(performance.now() - beganMs);
      await this.#sender.waitForEnd(job, WAIT_SECONDS);
    }
    return times;
  }

  async #together(clients: number, work: () => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: clients }, work));
  }

  async #waitFor(): Promise<JobTimeline> {
    const sentAtMs = Date.now();
    const beganMs = performance.now();
    const job = await this.#sender.submit(WAIT_SECONDS);
    const wallMs = performance.now() - beganMs;
    return jobTimeline(job, { sentAtMs, answeredAtMs: Date.now(), wallMs });
  }
}

/** Milliseconds of requests that ask for nothing, in turn: what HTTP and the client alone take. */
export async function emptyRequestTimes(connections: KeptConnections, requests: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    const beganMs = performance.now();
    await connections.ask({ method: 'GET', path: '/health/live' });
    times.push(performance.now() - beganMs);
  }
  return times;
}
