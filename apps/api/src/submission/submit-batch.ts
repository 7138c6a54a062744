import { randomUUID } from 'node:crypto';
import { BATCH_TASKS, DarkroomError } from '@darkroom/contracts';
import type { BatchJob, BatchRecord } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { removeJob } from '../cancel-job.js';
import type { Services } from '../services.js';
import { whileConnected } from '../while-connected.js';
import { acceptJob } from './accept-job.js';
import { checkFields } from './check-fields.js';
import { type CheckedSubmission, checkSubmission } from './check-submission.js';
import { type FittedAndPlanned, fitJob } from './fit-job.js';
import { readFormFields } from './form-fields.js';
import { PictureIntake, type TakenPicture } from './picture-intake.js';
import { type BatchFields, readBatch } from './read-batch.js';
import { RULES_BY_TASK } from './rules-by-task.js';
import type { TaskRules } from './task-rules.js';

const TaskSchema = Type.Object({ task: Type.Enum([...BATCH_TASKS]) });

/**
 * Takes a batch from the request to the queue: each picture becomes an ordinary job, a bad one is rejected alone.
 * What is wrong with the fields, or a queue without room for all, refuses the whole.
 */
export function submitBatch(request: FastifyRequest, services: Services): Promise<BatchRecord> {
  return whileConnected(request, (signal) => submit(request, services, signal));
}

async function submit(
  request: FastifyRequest,
  services: Services,
  signal: AbortSignal,
): Promise<BatchRecord> {
  const { limits, store, blobs, pictures, batches } = services;
  const places = { store, blobs, pictures, maxPixels: limits.maxImagePixels };
  const intake = new PictureIntake(`batch-intake:${randomUUID()}`, places, signal);
  try {
    const read = await readBatch(request, intake, limits.maxUploadBytes);
    if (intake.count === 0) throw noPictures();
    const { rules, fields } = splitTask(read);
    const about = { hasPicture: true, jobs: intake.hopeful };
    const checked = await checkSubmission(rules, fields, { kind: 'job' }, services, about);
    // Not before the fields are found good: nothing is fetched for a request that is refused.
    await intake.fetchNamed();
    const fitted = await fitAll(intake, rules, checked, services);
    const nowMs = Date.now();
    const batchId = await batches.open(checked.task, nowMs);
    const jobs = await acceptAll(fitted, checked, batchId, request, services);
    const keepMs = (checked.common.keep_seconds ?? limits.jobKeepSeconds) * 1000;
    const rejected = intake.rejected.toSorted((a, b) => a.index - b.index);
    await batches.seal(batchId, { jobs, rejected }, { nowMs: Date.now(), keepMs });
    const record = await batches.get(batchId);
    if (!record)
      throw new DarkroomError('internal_error', `The batch ${batchId} is gone right after it was made.`);
    return record;
  } finally {
    await intake.release().catch((error) => request.log.warn({ err: error }, 'pictures not released'));
  }
}

interface FittedPicture extends FittedAndPlanned {
  readonly taken: TakenPicture;
}

/** A picture that the options don't suit, such as one that a prompt lies outside of, is rejected alone. */
async function fitAll(
  intake: PictureIntake,
  rules: TaskRules,
  checked: CheckedSubmission,
  services: Services,
): Promise<FittedPicture[]> {
  const fitted: FittedPicture[] = [];
  for (const taken of intake.taken) {
    await intake.rejectingAlone(taken, async () => {
      fitted.push({ taken, ...(await fitJob(rules, checked, taken.stored, services)) });
    });
  }
  return fitted;
}

/** The jobs in the order of their pictures. When one cannot be made, those made before it are taken back. */
async function acceptAll(
  pictures: readonly FittedPicture[],
  { cancelOnDisconnect: _, asked: __, ...checked }: CheckedSubmission,
  batchId: string,
  request: FastifyRequest,
  services: Services,
): Promise<BatchJob[]> {
  const jobs: BatchJob[] = [];
  try {
    for (const { taken, ...fitted } of pictures) {
      const { index, fileName, stored } = taken;
      const job = { ...checked, ...fitted, picture: { stored, bytes: null }, batchId };
      const { id } = await acceptJob(job, services, request.log);
      jobs.push({ index, id, fileName });
    }
    return jobs;
  } catch (error) {
    const made = await services.store.getMany(jobs.map(({ id }) => id)).catch(() => []);
    await Promise.allSettled(made.map((record) => removeJob(record, services)));
    throw error;
  }
}

/** A batch answers at once, so hanging up is nothing it could be canceled by. */
function withoutWaiting({ fieldsSchema, ...rules }: TaskRules): TaskRules {
  const { cancel_on_disconnect: _, ...properties } = fieldsSchema.properties;
  return { ...rules, fieldsSchema: Type.Object(properties, { additionalProperties: false }) };
}

function splitTask(read: BatchFields): { rules: TaskRules; fields: Record<string, unknown> } {
  const given = read.kind === 'json' ? read.fields.task : read.texts.get('task')?.at(-1);
  if (given === undefined) {
    const detail = `A batch needs "task": ${BATCH_TASKS.join(' or ')}.`;
    throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/task', detail }] });
  }
  checkFields(TaskSchema, { task: given });
  const rules = withoutWaiting(RULES_BY_TASK[given as (typeof BATCH_TASKS)[number]]);
  if (read.kind === 'json') {
    const { task: _, ...fields } = read.fields;
    return { rules, fields };
  }
  const texts = new Map([...read.texts].filter(([name]) => name !== 'task'));
  return { rules, fields: readFormFields(rules.fieldsSchema, texts) };
}

function noPictures(): DarkroomError {
  return new DarkroomError(
    'image_missing',
    'There is no picture in the batch. Send each as a file part named image (curl -F image=@a.jpg -F image=@b.jpg), or in JSON as "images": [{"base64": "…"}].',
  );
}
