import type {
  Job,
  JobList,
  JobStatus,
  JobSummary,
  Model,
  ModelList,
  Readiness,
  Service,
  Task,
  TaskResult,
  WorkerList,
} from '@darkroom/contracts';
import { HttpTransport } from './http-transport.js';
import { type EventsOptions, jobEvents } from './job-events.js';
import { Patience, pause } from './patience.js';
import {
  type AnalysisSubmission,
  type DetectionSubmission,
  encodeSubmission,
  type GenerationSubmission,
  type SegmentationSubmission,
  type SubmittedPicture,
} from './picture-submission.js';

export interface DarkroomClientOptions {
  /** Where the service answers, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Another `fetch`, for a proxy, extra headers or a test. */
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends RequestOptions {
  /** How long the service may hold the answer back until the job has ended; it counts more than 50 as 50. */
  readonly waitSeconds?: number;
}

export interface WaitForEndOptions extends RequestOptions {
  /** How long requests may fail one after the other before the error is thrown. */
  readonly giveUpAfterMs?: number;
}

export interface JobFilter {
  readonly task?: Task;
  readonly status?: JobStatus;
  readonly model?: string;
  readonly createdAfter?: Date;
  /** Jobs a page. */
  readonly limit?: number;
}

/** A job, or its id. */
export type JobReference = string | { readonly id: string };

const LONGEST_WAIT_SECONDS = 50;
/** What keeps {@link DarkroomClient.waitForEnd} from asking without pause where nothing holds answers back. */
const SHORTEST_ROUND_MS = 250;

/** The REST API as functions, for Node and the browser. Every call throws `DarkroomProblem` or `DarkroomUnreachable`. */
export class DarkroomClient {
  readonly #transport: HttpTransport;

  constructor(options: DarkroomClientOptions) {
    // Called as a method of something else, a browser's fetch refuses.
    this.#transport = new HttpTransport(options.baseUrl, options.fetch ?? ((...args) => fetch(...args)));
  }

  /**
   * Submits a picture. The job comes back at once, or when it has ended within `waitSeconds`. For more prompts on one
   * picture name it by its first job, as `image: { job }`: then nothing is sent, and nothing encoded, twice.
   */
  submitSegmentation(submission: SegmentationSubmission, options: WaitOptions = {}): Promise<Job> {
    return this.#submit('/v1/segmentation', submission, options);
  }

  /** Submits a picture. The job comes back at once, or when it has ended within `waitSeconds`. */
  submitDetection(submission: DetectionSubmission, options: WaitOptions = {}): Promise<Job> {
    return this.#submit('/v1/detection', submission, options);
  }

  /**
   * Has pictures made of a prompt. The job comes back at once, or when it has ended within `waitSeconds`; its events tell of
   * every step.
   */
  submitGeneration(submission: GenerationSubmission, options: WaitOptions = {}): Promise<Job> {
    return this.#submit('/v1/generation', submission, options);
  }

  /**
   * Has a picture, given or generated, and its regions compared with concepts. The job comes back at once, or when it has
   * ended within `waitSeconds`. Where it takes several models, `children` has a job for each part.
   */
  submitAnalysis(submission: AnalysisSubmission, options: WaitOptions = {}): Promise<Job> {
    return this.#submit('/v1/analysis', submission, options);
  }

  job(job: JobReference, options: WaitOptions = {}): Promise<Job> {
    return this.#transport.json(jobPath(job), options);
  }

  /** Waits until a job has ended, however it ends: read its `status`. Failures that pass are sat out. */
  async waitForEnd(job: JobReference, options: WaitForEndOptions = {}): Promise<Job> {
    const { signal, giveUpAfterMs = 60_000 } = options;
    const patience = new Patience(giveUpAfterMs);
    for (;;) {
      const earliestNextMs = Date.now() + SHORTEST_ROUND_MS;
      try {
        const present = await this.job(job, { waitSeconds: LONGEST_WAIT_SECONDS, signal });
        if (present.finished_at !== null) return present;
        patience.renew();
        await pause(Math.max(0, earliestNextMs - Date.now()), signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        await patience.after(error, signal);
      }
    }
  }

  /** All jobs, newest first, page after page. */
  async *jobs(filter: JobFilter = {}, options: RequestOptions = {}): AsyncGenerator<JobSummary, void> {
    let cursor: string | null = null;
    do {
      const page: JobList = await this.jobsPage(filter, cursor, options);
      yield* page.jobs;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /** One page of jobs, newest first; `cursor` is the `next_cursor` of the page before. */
  jobsPage(
    filter: JobFilter = {},
    cursor: string | null = null,
    options: RequestOptions = {},
  ): Promise<JobList> {
    const query = {
      task: filter.task,
      status: filter.status,
      model: filter.model,
      created_after: filter.createdAfter?.toISOString(),
      limit: filter.limit,
      cursor: cursor ?? undefined,
    };
    return this.#transport.json('/v1/jobs', { query, ...options });
  }

  /** Cancels a job. One that has ended comes back unchanged. */
  cancel(job: JobReference, options: RequestOptions = {}): Promise<Job> {
    return this.#transport.json(`${jobPath(job)}/cancel`, { method: 'POST', ...options });
  }

  /** Submits a job that failed, was canceled or expired once more, as a new job. */
  retry(job: JobReference, options: WaitOptions = {}): Promise<Job> {
    return this.#transport.json(`${jobPath(job)}/retry`, { method: 'POST', ...options });
  }

  /** Cancels a job and forgets it, its picture and its artifacts. */
  async delete(job: JobReference, options: RequestOptions = {}): Promise<void> {
    await this.#transport.request(jobPath(job), { method: 'DELETE', ...options });
  }

  /** The result alone; a `job_not_ended` problem before the end. */
  result(job: JobReference, options: RequestOptions = {}): Promise<TaskResult> {
    return this.#transport.json(`${jobPath(job)}/result`, options);
  }

  /** The bytes of an artifact, by its name in the job. */
  artifact(job: JobReference, name: string, options: RequestOptions = {}): Promise<Uint8Array> {
    return this.#transport.bytes(`${jobPath(job)}/artifacts/${encodeURIComponent(name)}`, options);
  }

  /** What happens to a job, as it happens, until its `done`. */
  events(job: JobReference, options: EventsOptions = {}) {
    return jobEvents(this.#transport, idOf(job), options);
  }

  async models(filter: { readonly task?: Task } = {}, options: RequestOptions = {}): Promise<Model[]> {
    const list = await this.#transport.json<ModelList>('/v1/models', {
      query: { task: filter.task },
      ...options,
    });
    return list.models;
  }

  model(id: string, options: RequestOptions = {}): Promise<Model> {
    return this.#transport.json(modelPath(id), options);
  }

  /**
   * Has a model loaded by every worker that holds it. The model comes back at once, or when all of them are done
   * within `waitSeconds`: read its `state`.
   */
  loadModel(id: string, options: WaitOptions = {}): Promise<Model> {
    return this.#transport.json(`${modelPath(id)}/load`, { method: 'POST', ...options });
  }

  /** Likewise has its memory given back once runs in hand have ended. The next job loads it again. */
  unloadModel(id: string, options: WaitOptions = {}): Promise<Model> {
    return this.#transport.json(`${modelPath(id)}/unload`, { method: 'POST', ...options });
  }

  async workers(options: RequestOptions = {}): Promise<WorkerList['workers']> {
    return (await this.#transport.json<WorkerList>('/v1/workers', options)).workers;
  }

  /** Version, tasks with their default models, limits. */
  service(options: RequestOptions = {}): Promise<Service> {
    return this.#transport.json('/v1', options);
  }

  /** Whether jobs can be taken and run, and if not, what is missing. */
  readiness(options: RequestOptions = {}): Promise<Readiness> {
    return this.#transport.json('/health/ready', { accept: [503], ...options });
  }

  #submit(path: string, submission: Partial<SubmittedPicture>, options: WaitOptions): Promise<Job> {
    return this.#transport.json(path, { method: 'POST', ...encodeSubmission(submission), ...options });
  }
}

function idOf(job: JobReference): string {
  return typeof job === 'string' ? job : job.id;
}

function jobPath(job: JobReference): string {
  return `/v1/jobs/${encodeURIComponent(idOf(job))}`;
}

function modelPath(id: string): string {
  return `/v1/models/${encodeURIComponent(id)}`;
}
