import { DETECTIONS_MAX, type DetectionResult, type ModelSummary } from '@darkroom/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SentPicture } from '../compat-jobs.js';
import { defineCompatService } from '../compat-service.js';
import { describeRoute } from '../describe-route.js';
import { addErrorShape } from '../error-shape.js';
import { oneAtATime } from '../one-at-a-time.js';
import { openToOrigins } from '../open-to-origins.js';
import { passOverOtherBodies } from '../pass-over-other-bodies.js';
import { cropToSaturated } from './crop-to-saturated.js';
import { readInvocation, readUpload } from './read-invocation.js';
import { settings } from './settings.js';

/** SageMaker cuts an invocation after 60. */
const WAIT_SECONDS = 55;

const THRESHOLDS = { score_threshold: 0.25, iou_threshold: 0.45 };

/** A Flask service that counts what a Darknet network finds, as SageMaker calls it. */
export const ilytics = defineCompatService({
  name: 'ilytics',
  settings,
  register(app, { services, settings, jobs }) {
    const { models, limits } = services;
    const inTurn = oneAtATime();
    openToOrigins(app);
    passOverOtherBodies(app);
    addErrorShape(app, ({ kind, message }) => ({ status: kind.status, body: { error: message } }));

    app.get('/ping', { logLevel: 'warn', schema: describeRoute('Whether it is up') }, async () => ({
      data: 'pong!',
    }));

    app.post(
      '/invocations',
      { schema: describeRoute('Count what is in a picture') },
      async (request, reply) => count(request, reply, await readInvocation(request, limits.maxUploadBytes)),
    );

    app.post('/upload', { schema: describeRoute('Count what is in an upload') }, async (request, reply) => {
      const { picture, isCropped } = await readUpload(request, limits.maxUploadBytes);
      const counted = isCropped
        ? await inTurn(() => cropToSaturated(picture, limits.maxImagePixels))
        : picture;
      return count(request, reply, counted);
    });

    async function count(request: FastifyRequest, reply: FastifyReply, picture: SentPicture) {
      const model = await models.choose('detection', settings.DARKROOM_COMPAT_ILYTICS_MODEL, []);
      const fields = detectionFields(model);
      const record = await jobs.run(request, reply, 'detection', fields, picture, WAIT_SECONDS);
      const { counts } = (await jobs.result(record)) as DetectionResult;
      const overlay = await jobs.bytesOf(record.outcome.artifacts.find(({ role }) => role === 'overlay')!);
      return { img: overlay.toString('base64'), stat: { ...zeros(model), ...counts } };
    }
  },
});

/** The original splits its file of names at line breaks, and takes what is behind the last for a name too. */
function zeros({ labels }: ModelSummary): Record<string, number> {
  return Object.fromEntries([...labels.map(({ label }) => label), ''].map((name) => [name, 0]));
}

/** What the original asks its network for, as far as a model takes it. */
function detectionFields({ id, options }: ModelSummary) {
  const wanted = { ...THRESHOLDS, max_detections: DETECTIONS_MAX, mask_format: 'none' };
  const { properties } = options as { readonly properties: object };
  const taken = Object.entries(wanted).filter(([name]) => Object.hasOwn(properties, name));
  return { ...Object.fromEntries(taken), model: id, outputs: ['overlay'], output_format: 'jpeg' };
}
