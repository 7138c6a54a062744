import {
  DarkroomError,
  METADATA_MAX_BYTES,
  type SegmentationFields,
  SegmentationFieldsSchema,
  type SegmentationOptions,
  type Warning,
} from '@darkroom/contracts';
import { type JobRecord, newJobId } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import { workersOf } from '../model-directory.js';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { checkFields } from './check-fields.js';
import { fillOptions } from './fill-options.js';
import { loadPicture } from './load-picture.js';
import { readSubmission } from './read-submission.js';
import { refuseWhenFull } from './refuse-when-full.js';

/**
 * Takes a segmentation job from the request to the queue. When this returns, the job is on record and will be run,
 * whatever happens to this process.
 */
export async function submitSegmentation(
  request: FastifyRequest,
  services: Services,
  wanted: WantedAnswer,
): Promise<JobRecord> {
  const { limits, store, blobs, models, deliveries } = services;
  const submission = await readSubmission(request, SegmentationFieldsSchema, limits.maxUploadBytes);
  const fields = checkFields(SegmentationFieldsSchema, submission.fields, { known: ['image'] });
  checkMetadata(fields);
  const model = await models.choose('segmentation', fields.model, fields.mode ?? null);
  const { model: _, metadata, keep_seconds, ...asked } = fields;
  const options = fillOptions<SegmentationOptions>(model, withPicture(asked, wanted));
  await refuseWhenFull(model.id, services);

  const picture = await loadPicture(submission.picture, { store, blobs, maxPixels: limits.maxImagePixels });
  const nowMs = Date.now();
  const id = newJobId(nowMs);
  const { blobKey } = picture.stored;
  if (picture.bytes) await blobs.put(blobKey, picture.bytes, id, 'released');
  else if (!(await blobs.hold(blobKey, id, 'released'))) {
    throw new DarkroomError(
      'no_longer_kept',
      'The picture of the job that "image" refers to is no longer kept.',
    );
  }
  try {
    await store.create({
      id,
      task: 'segmentation',
      model: model.id,
      createdAtMs: nowMs,
      keepMs: (keep_seconds ?? limits.jobKeepSeconds) * 1000,
      input: { image: picture.stored, options },
      metadata: metadata ?? {},
      warnings: await warningsFor(model.id, services),
    });
  } catch (error) {
    await blobs.release(blobKey, id).catch(() => {});
    throw error;
  }
  // From here on the job is accepted: should adding the delivery fail, the sweeper adds it.
  await deliveries
    .add(model.id, id)
    .catch((error) => request.log.error({ err: error, job: id }, 'delivery not added'));
  const record = await store.get(id);
  if (!record) throw new DarkroomError('internal_error', `The job ${id} is gone right after it was made.`);
  return record;
}

/** An answer that is a picture needs one to be made, in the format that was asked for. */
function withPicture(fields: Partial<SegmentationFields>, wanted: WantedAnswer): Partial<SegmentationFields> {
  if (wanted.kind !== 'picture') return fields;
  const outputs = [...new Set([...(fields.outputs ?? []), 'overlay' as const])];
  return { ...fields, outputs, ...(wanted.format ? { output_format: wanted.format } : {}) };
}

function checkMetadata({ metadata = {} }: SegmentationFields): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= METADATA_MAX_BYTES) return;
  const detail = `"metadata" may have ${METADATA_MAX_BYTES} bytes as JSON, ${bytes} came. Keep the rest on your side, under a key that stands here.`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/metadata', detail }] });
}

async function warningsFor(modelId: string, { models }: Services): Promise<Warning[]> {
  if (workersOf(await models.read(), modelId).length > 0) return [];
  return [
    {
      code: 'no_worker',
      detail: `No worker serves ${modelId} at present. The job waits until one does.`,
    },
  ];
}
