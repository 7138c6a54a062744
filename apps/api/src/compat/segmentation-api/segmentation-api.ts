import { Readable } from 'node:stream';
import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SentPicture } from '../compat-jobs.js';
import { defineCompatService } from '../compat-service.js';
import { describeRoute } from '../describe-route.js';
import { addErrorShape } from '../error-shape.js';
import { oneAtATime } from '../one-at-a-time.js';
import { passOverOtherBodies } from '../pass-over-other-bodies.js';
import { fetchPicture } from './fetch-picture.js';
import { readInference } from './read-inference.js';
import { isResultType, RESULT_TYPES } from './result-types.js';
import { settings } from './settings.js';
import { streamAnswer } from './stream-answer.js';
import { stretchPicture } from './stretch-picture.js';

/** The original waits as long as it takes, and so do its clients; a job that hangs is ended all the same. */
const WAIT_SECONDS = 600;
/** Fields alone, for pictures are files. */
const URLENCODED_BODY_BYTES = 64 * 1024;

/** A FastAPI service around a DeepLab. */
export const segmentationApi = defineCompatService({
  name: 'segmentation-api',
  settings,
  async register(app, { services, settings, jobs }) {
    const { blobs, limits } = services;
    const model = settings.DARKROOM_COMPAT_SEGMENTATION_MODEL;
    const inTurn = oneAtATime();
    await app.register(formbody, { bodyLimit: URLENCODED_BODY_BYTES });
    passOverOtherBodies(app);
    addErrorShape(app, (error) => ({
      status: error.code === 'origin_not_allowed' ? error.kind.status : 500,
      body: { detail: `Fail! Error: ${error.message}` },
    }));

    app.get('/healthcheck', { logLevel: 'warn', schema: describeRoute('Whether it is up') }, async () => ({
      status: 'live',
    }));

    app.post(
      '/infer/url',
      { schema: describeRoute('Segment the picture at an address') },
      async (request, reply) => {
        const { form, resultTypes } = await readInference(request, 'url_image', limits.maxUploadBytes);
        const picture = await fetchPicture(form.texts.get('url_image')!.at(-1)!);
        return answer(request, reply, 'url', resultTypes, picture);
      },
    );

    app.post('/infer/file', { schema: describeRoute('Segment a picture') }, async (request, reply) => {
      const { form, resultTypes } = await readInference(request, 'file', limits.maxUploadBytes);
      return answer(request, reply, 'file', resultTypes, form.file!);
    });

    async function answer(
      request: FastifyRequest,
      reply: FastifyReply,
      imageType: 'file' | 'url',
      resultTypes: readonly string[],
      picture: SentPicture,
    ): Promise<FastifyReply> {
      const stretched = await inTurn(() => stretchPicture(picture, limits.maxImagePixels));
      const outputs = resultTypes.filter(isResultType).map((name) => RESULT_TYPES[name]);
      const fields = { model, mode: 'semantic', outputs };
      const record = await jobs.run(request, reply, 'segmentation', fields, stretched, WAIT_SECONDS);
      const pieces = streamAnswer(record, imageType, resultTypes, blobs);
      return reply.type('application/json').send(Readable.from(pieces, { objectMode: false }));
    }
  },
});
