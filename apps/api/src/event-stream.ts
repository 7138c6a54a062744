import { isEnded, type JobEvent } from '@darkroom/contracts';
import type { JobChange, JobRecord } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventResponse } from './event-response.js';
import { JobPresenter } from './presentation/job-presenter.js';
import { jobUrls } from './presentation/urls.js';
import type { Services } from './services.js';

/** After this time a look at Redis that failed is taken again. */
const LOOK_AGAIN_MS = 500;

/**
 * Streams a job's events until it has ended: first the job as it is now, then what changes. Event ids are the
 * record's revisions, so a reconnect whose `Last-Event-ID` is that of `done` can be told that nothing will come.
 */
export async function streamJobEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  record: JobRecord,
  services: Services,
): Promise<FastifyReply> {
  if (isEnded(record.status) && Number(request.headers['last-event-id']) >= record.revision) {
    return reply.code(204).send();
  }
  await new EventStream(request, reply, record.id, services).run();
  return reply;
}

class EventStream {
  readonly #response: EventResponse;
  readonly #jobId: string;
  readonly #services: Services;
  readonly #presenter: JobPresenter;
  #revision = -1;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(request: FastifyRequest, reply: FastifyReply, jobId: string, services: Services) {
    this.#response = new EventResponse(reply, request.server.stopping);
    this.#jobId = jobId;
    this.#services = services;
    this.#presenter = new JobPresenter(services, request);
  }

  /** @returns when the job has ended, the client has gone or the api stops */
  async run(): Promise<void> {
    // Listening begins before the first look at the record, so that nothing falls between them.
    const stopListening = this.#services.events.onJob(this.#jobId, (change) => this.#queue(change));
    this.#queue('resync');
    await this.#response.over;
    stopListening();
  }

  /** Changes are dealt with one after the other: each takes a look at Redis, and may find it away. */
  #queue(change: JobChange | 'resync'): void {
    if (this.#response.isOver) return;
    const lookAgain = () => setTimeout(() => this.#queue('resync'), LOOK_AGAIN_MS).unref();
    this.#turn = this.#turn.then(() => this.#handle(change)).then(undefined, lookAgain);
  }

  async #handle(change: JobChange | 'resync'): Promise<void> {
    if (this.#response.isOver || (change !== 'resync' && change.revision <= this.#revision)) return;
    if (change !== 'resync' && change.kind === 'progress') return this.#sendProgress(change);
    if (change !== 'resync' && change.kind === 'preview') return this.#sendPreviews(change);
    const record = await this.#services.store.get(this.#jobId);
    if (record === null) return this.#response.end();
    if (record.revision <= this.#revision) return;
    if (!isEnded(record.status)) {
      return this.#send(record.revision, { event: 'status', data: await this.#presenter.summary(record) });
    }
    this.#send(record.revision, { event: 'done', data: await this.#presenter.job(record) });
    this.#response.end();
  }

  async #sendProgress({ revision, progress }: JobChange): Promise<void> {
    if (!progress || this.#response.isBehind) return;
    const record = await this.#services.store.get(this.#jobId);
    const etaSeconds =
      record && record.status === 'running' ? await this.#presenter.etaSeconds(record, null) : null;
    this.#send(revision, {
      event: 'progress',
      data: { id: this.#jobId, ...progress, eta_seconds: etaSeconds },
    });
  }

  #sendPreviews({ revision, made = [] }: JobChange): void {
    if (this.#response.isBehind) return;
    const { artifact: urlOf } = jobUrls(this.#presenter.base, this.#jobId);
    for (const { artifact, step } of made) {
      const data = { id: this.#jobId, artifact, url: urlOf(artifact), step };
      this.#send(revision, { event: 'preview', data });
    }
  }

  #send(revision: number, event: JobEvent): void {
    this.#revision = revision;
    this.#response.send(revision, event);
  }
}
