import {
  DarkroomError,
  DEFAULT_PRIORITY,
  METADATA_MAX_BYTES,
  type Task,
  type Warning,
} from '@darkroom/contracts';
import { type JobPart, type JobRecord, newJobId, queueOf } from '@darkroom/jobs';
import type { FastifyBaseLogger } from 'fastify';
import { workersOf } from '../model-directory.js';
import type { Services } from '../services.js';
import { holdFiles, type NeededFiles, releaseFiles } from './hold-files.js';

/** The fields that every task's submission knows and that are no options of its model. */
export interface CommonFields {
  readonly priority?: number | undefined;
  readonly deadline_seconds?: number | undefined;
  readonly keep_seconds?: number | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** A job whose every field was checked. */
export interface CheckedJob extends NeededFiles {
  readonly task: Task;
  readonly modelId: string;
  /** The task's options, every default filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly common: CommonFields;
  /** What it is done with, where its model can't do it alone. */
  readonly parts: readonly JobPart[];
  readonly retryOf: string | null;
  readonly batchId: string | null;
}

/**
 * Takes a job into the queue. When this returns, the job is on record and will be run, whatever happens to this
 * process.
 * @throws DarkroomError `no_longer_kept` when its picture or a mask was another job's and has gone
 */
export async function acceptJob(
  job: CheckedJob,
  services: Services,
  log: FastifyBaseLogger,
): Promise<JobRecord> {
  const { limits, store, blobs, deliveries } = services;
  const { picture, attachments, common, modelId } = job;
  const nowMs = Date.now();
  const id = newJobId(nowMs);
  const priority = common.priority ?? DEFAULT_PRIORITY;
  await holdFiles(id, job, blobs);
  const record = await store
    .create({
      id,
      task: job.task,
      model: modelId,
      createdAtMs: nowMs,
      keepMs: (common.keep_seconds ?? limits.jobKeepSeconds) * 1000,
      deadlineAtMs: common.deadline_seconds === undefined ? null : nowMs + common.deadline_seconds * 1000,
      priority,
      retryOf: job.retryOf,
      batchId: job.batchId,
      parts: job.parts,
      parentId: null,
      share: 1,
      input: { image: picture?.stored ?? null, options: job.options, attachments },
      metadata: common.metadata ?? {},
      warnings: await warningsFor(modelsOf(job), services),
    })
    .catch(async (error) => {
      await releaseFiles(id, job, blobs);
      throw error;
    });
  // From here on the job is accepted: should adding the delivery fail, the sweeper adds it.
  await deliveries
    .add(queueOf(record), id, priority)
    .catch((error) => log.error({ err: error, job: id }, 'delivery not added'));
  return record;
}

/** @throws DarkroomError `invalid_field` when it is too large */
export function checkMetadata({ metadata = {} }: CommonFields): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= METADATA_MAX_BYTES) return;
  const detail = `"metadata" may have ${METADATA_MAX_BYTES} bytes as JSON, ${bytes} came. Keep the rest on your side, under a key that stands here.`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/metadata', detail }] });
}

/** The models whose queues a job goes through. */
export function modelsOf({ modelId, parts }: Pick<CheckedJob, 'modelId' | 'parts'>): string[] {
  return [...new Set(parts.length > 0 ? parts.map(({ model }) => model) : [modelId])];
}

async function warningsFor(modelIds: readonly string[], { models }: Services): Promise<Warning[]> {
  const registry = await models.read();
  const unserved = modelIds.filter((modelId) => workersOf(registry, modelId).length === 0);
  return unserved.map((modelId) => ({
    code: 'no_worker',
    detail: `No worker serves ${modelId} at present. The job waits until one does.`,
  }));
}
