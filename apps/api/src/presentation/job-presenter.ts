import type { Job, JobSummary, TaskResult } from '@darkroom/contracts';
import { type JobRecord, queueOf } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import { workersOf } from '../model-directory.js';
import type { Services } from '../services.js';
import { type JobSurroundings, presentJob, presentJobSummary } from './present-job.js';
import { presentResult } from './present-result.js';
import { baseUrl } from './urls.js';

/** Below it, nothing is known of how long a job will take. */
const FRACTION_THAT_TELLS = 0.05;

/** Shows records to a user: with their place in the queue, their result, and urls that suit the request. */
export class JobPresenter {
  readonly #services: Services;
  readonly #base: string;

  constructor(services: Services, request: FastifyRequest) {
    this.#services = services;
    this.#base = baseUrl(request, services.publicUrl);
  }

  get base(): string {
    return this.#base;
  }

  async job(record: JobRecord): Promise<Job> {
    const [around, result] = await Promise.all([this.#around(record), this.result(record)]);
    return presentJob(record, result, around);
  }

  /** A job that has not ended, told from its record alone. */
  jobAlone(record: JobRecord): Job {
    return presentJob(record, null, { base: this.#base, queuePosition: null, etaSeconds: null });
  }

  async summary(record: JobRecord): Promise<JobSummary> {
    return presentJobSummary(record, await this.#around(record));
  }

  async result({ id, outcome }: JobRecord): Promise<TaskResult | null> {
    if (outcome.resultBlobKey === null) return null;
    const bytes = await this.#services.blobs.get(outcome.resultBlobKey);
    if (bytes === null) return null;
    const stored = JSON.parse(bytes.toString('utf8')) as TaskResult;
    return presentResult(stored, { jobId: id, base: this.#base });
  }

  /** Seconds until a job likely ends, from the model's recent runs; null when nothing is known. */
  async etaSeconds(record: JobRecord, queuePosition: number | null): Promise<number | null> {
    if (record.parts.length > 0) return remainingSeconds(record, Date.now());
    const usualMs = (await this.#services.runTimes.usualMs([record.model])).get(record.model) ?? null;
    if (usualMs === null) return null;
    if (record.status === 'running') return Math.max(0, usualMs * (1 - record.progress.fraction)) / 1000;
    const workers = Math.max(1, workersOf(await this.#services.models.read(), record.model).length);
    return ((queuePosition ?? 1) * usualMs) / workers / 1000;
  }

  async #around(record: JobRecord): Promise<JobSurroundings> {
    const base = this.#base;
    if (record.status !== 'queued' && record.status !== 'running')
      return { base, queuePosition: null, etaSeconds: null };
    const isQueued = record.status === 'queued';
    const queuePosition = isQueued
      ? await this.#services.deliveries.position(queueOf(record), record.id)
      : null;
    return { base, queuePosition, etaSeconds: await this.etaSeconds(record, queuePosition) };
  }
}

/** Of a job that several models do: from how far it came in the time it had. */
function remainingSeconds({ startedAtMs, progress: { fraction } }: JobRecord, nowMs: number): number | null {
  if (startedAtMs === null || fraction < FRACTION_THAT_TELLS) return null;
  return ((nowMs - startedAtMs) * (1 - fraction)) / fraction / 1000;
}
