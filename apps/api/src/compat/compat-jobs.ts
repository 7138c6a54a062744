import type { ServerResponse } from 'node:http';
import { DarkroomError, isEnded, type Task, type TaskResult } from '@darkroom/contracts';
import type { JobRecord, StoredArtifact } from '@darkroom/jobs';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { removeJob } from '../cancel-job.js';
import { findJob } from '../find-job.js';
import type { Services } from '../services.js';
import { RULES_BY_TASK } from '../submission/rules-by-task.js';
import { submitRead } from '../submission/submit-job.js';
import type { TaskFields } from '../submission/task-rules.js';
import { waitWhileConnected } from '../wait-while-connected.js';

/** Longer than anybody takes to read an answer; for jobs of an api that died before it could forget them. */
const KEEP_SECONDS = 3_600;

/** A picture as it came. */
export interface SentPicture {
  readonly bytes: Buffer;
  readonly fileName: string | null;
}

/** The jobs of one compat service: ordinary ones, with the service's name under `drop_in` of their metadata. */
export class CompatJobs {
  readonly #service: string;
  readonly #services: Services;
  /** The jobs that are to be forgotten once a request was answered, by their ids. */
  readonly #unanswered = new WeakMap<ServerResponse, Map<string, JobRecord>>();

  constructor(service: string, services: Services) {
    this.#service = service;
    this.#services = services;
  }

  /**
   * Submits a job as `POST /v1/<task>` does.
   * @param fields as there
   * @param picture null for a job without one
   * @throws DarkroomError what is wrong with fields or picture
   */
  async submit(
    request: FastifyRequest,
    task: Task,
    fields: TaskFields,
    picture: SentPicture | null,
  ): Promise<JobRecord> {
    // A setting that is unset is a field that is not there.
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    const submission = {
      fields: { ...Object.fromEntries(given), metadata: { ...fields.metadata, drop_in: this.#service } },
      picture: picture && { kind: 'bytes' as const, ...picture },
    };
    const rules = RULES_BY_TASK[task];
    const { record } = await submitRead(request, submission, rules, this.#services, { kind: 'job' });
    return record;
  }

  /**
   * Submits a job and waits until it has succeeded, for a call whose answer is all that its client gets. Once that was
   * sent, the job is forgotten with its files, which would fill the storage to no use; so is one that nobody waits for any
   * more, because the client has gone or the time is over.
   * @throws DarkroomError also why it did not succeed
   */
  async run(
    request: FastifyRequest,
    reply: FastifyReply,
    task: Task,
    fields: TaskFields,
    picture: SentPicture | null,
    seconds: number,
  ): Promise<JobRecord> {
    const timed = { ...fields, deadline_seconds: seconds, keep_seconds: KEEP_SECONDS };
    const submitted = await this.submit(request, task, timed, picture);
    this.#removeAfterAnswer(submitted, request, reply);
    // The deadline ends it; a little more, so that its end is seen.
    const record = await waitWhileConnected(request, submitted.id, seconds + 2, this.#services);
    const failure = failureOf(record);
    if (failure === null) return record;
    this.forget(record, request, reply);
    throw failure;
  }

  /** A job of this service. @throws DarkroomError `job_not_found` or `no_longer_kept`, also of jobs of others */
  async find(id: string): Promise<JobRecord> {
    const record = await findJob(id, this.#services.store);
    if (record.metadata.drop_in === this.#service) return record;
    throw new DarkroomError('job_not_found', `The job ${record.id} was not submitted by this way.`);
  }

  /** @throws DarkroomError `no_longer_kept` */
  async result({ id, outcome }: JobRecord): Promise<TaskResult> {
    const bytes = outcome.resultBlobKey && (await this.#services.blobs.get(outcome.resultBlobKey));
    if (!bytes) throw new DarkroomError('no_longer_kept', `The result of the job ${id} is no longer kept.`);
    return JSON.parse(bytes.toString('utf8')) as TaskResult;
  }

  /** @throws DarkroomError `no_longer_kept` */
  async bytesOf({ blobKey, name }: StoredArtifact): Promise<Buffer> {
    const bytes = await this.#services.blobs.get(blobKey);
    if (!bytes) throw new DarkroomError('no_longer_kept', `The file ${name} is no longer kept.`);
    return bytes;
  }

  /** Forgets a job that was run, and its files, before its request is answered: for requests that run many. */
  forget(record: JobRecord, { log }: FastifyRequest, { raw }: FastifyReply): void {
    if (this.#unanswered.get(raw)?.delete(record.id)) this.#remove(record, log);
  }

  #removeAfterAnswer(record: JobRecord, { log }: FastifyRequest, { raw }: FastifyReply): void {
    if (raw.destroyed) {
      this.#remove(record, log);
      return;
    }
    const known = this.#unanswered.get(raw);
    const unanswered = known ?? new Map<string, JobRecord>();
    unanswered.set(record.id, record);
    if (known) return;
    this.#unanswered.set(raw, unanswered);
    raw.once('close', () => {
      for (const job of unanswered.values()) this.#remove(job, log);
      unanswered.clear();
    });
  }

  #remove(record: JobRecord, log: FastifyBaseLogger): void {
    removeJob(record, this.#services).catch((error) =>
      log.warn({ err: error, job: record.id }, 'the job of an answered request was not removed'),
    );
  }
}

/** Why a job did not succeed; null for one that did. */
export function failureOf({ id, status, outcome }: JobRecord): DarkroomError | null {
  if (status === 'succeeded') return null;
  const { error } = outcome;
  if (error) return new DarkroomError(error.code, error.detail);
  const detail = isEnded(status) ? `The job ${id} is ${status}.` : `The job ${id} did not end in time.`;
  return new DarkroomError('job_has_no_result', detail);
}
