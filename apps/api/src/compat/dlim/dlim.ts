import type { DarkroomError, MasksResult } from '@darkroom/contracts';
import { isEnded } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { answerWithFile } from '../../answer-with-file.js';
import { readMultipartForm } from '../../submission/multipart-form.js';
import { type CompatJobs, failureOf, type SentPicture } from '../compat-jobs.js';
import { defineCompatService } from '../compat-service.js';
import { describeRoute } from '../describe-route.js';
import { addErrorShape, OriginalError } from '../error-shape.js';
import { passOverOtherBodies } from '../pass-over-other-bodies.js';
import { generatedMasks } from './generated-masks.js';
import { loadModel } from './load-model.js';
import { pictureFormatOf } from './picture-format.js';
import { settings } from './settings.js';

/** The original lays colours over the picture at 0.35, the largest masks first, and draws no outlines. */
const MASK_STYLE = { overlay_opacity: 0.35, overlay_outlines: false } as const;
/** Characters that no task id has: those of the original are UUIDs, ours ids of jobs. */
const NO_TASK_ID = /[^\w-]/;

const TaskParams = Type.Object({ task_id: Type.String() });
const StatusQuery = Type.Object({
  masks: Type.Optional(Type.String({ description: '`true`: the masks as JSON instead of the picture.' })),
});

/** A Flask server of tasks around a Segment Anything. */
export const dlim = defineCompatService({
  name: 'dlim',
  settings,
  register(app, { services, settings, jobs }) {
    const model = settings.DARKROOM_COMPAT_DLIM_MODEL;
    passOverOtherBodies(app);
    addErrorShape(app, ({ kind, message }) => ({ status: kind.status, body: { error: message } }));

    app.put('/sam/load', { schema: describeRoute('Load Segment Anything') }, async (request, reply) => {
      await loadModel(request, model, services);
      return reply.code(201).type('text/html; charset=utf-8').send('Successfuly loaded SAM');
    });

    app.post('/sam/segment', { schema: describeRoute('Segment a picture') }, async (request) => {
      const picture = await readImage(request, services.limits.maxUploadBytes);
      const overlay = { outputs: ['overlay'], output_format: pictureFormatOf(picture.bytes) };
      const fields = { model, mode: 'everything', mask_format: 'rle', ...overlay, ...MASK_STYLE };
      const { id } = await jobs.submit(request, 'segmentation', fields, picture);
      return { message: 'Request in progress', task_id: id };
    });

    app.get<{ Params: { task_id: string }; Querystring: { masks?: string } }>(
      '/sam/segment/status/:task_id',
      {
        schema: {
          ...describeRoute('A task, or its picture once it is done'),
          params: TaskParams,
          querystring: StatusQuery,
        },
      },
      async (request, reply) => {
        const record = await findTask(request.params.task_id, jobs);
        if (!isEnded(record.status)) return { status: 'running' };
        const failure = failureOf(record);
        if (failure) return { status: 'failed', message: `Error: ${failure.message}` };
        if (request.query.masks === 'true') {
          return { status: 'completed', masks: generatedMasks((await jobs.result(record)) as MasksResult) };
        }
        const overlay = record.outcome.artifacts.find(({ role }) => role === 'overlay')!;
        return answerWithFile(request, reply, overlay, services.blobs);
      },
    );
  },
});

async function readImage(request: FastifyRequest, maxBytes: number): Promise<SentPicture> {
  const form = request.isMultipart()
    ? await readMultipartForm(request, maxBytes, { fileField: 'image', passOverOthers: true })
    : null;
  if (form?.file) return form.file;
  throw new OriginalError(400, { error: 'No image provided' });
}

/** @throws OriginalError for an id that none of these tasks has */
async function findTask(id: string, jobs: CompatJobs): Promise<JobRecord> {
  if (NO_TASK_ID.test(id)) {
    const message = 'Task not found: an id has letters, digits, _ and - alone, as POST /sam/segment gives it';
    throw new OriginalError(400, { status: 'not_found', message });
  }
  try {
    return await jobs.find(id);
  } catch (error) {
    const { code } = error as Partial<DarkroomError>;
    if (code !== 'job_not_found' && code !== 'no_longer_kept') throw error;
    throw new OriginalError(200, { status: 'not_found', message: 'Task not found' });
  }
}
