import { type AnalysisResult, DarkroomError, type GenerationResult } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeBase64 } from '../../submission/picture-source.js';
import type { SentPicture } from '../compat-jobs.js';
import { defineCompatService } from '../compat-service.js';
import { describeRoute } from '../describe-route.js';
import { addErrorShape } from '../error-shape.js';
import { oneAtATime } from '../one-at-a-time.js';
import { passOverOtherBodies } from '../pass-over-other-bodies.js';
import { analyzedAnswer, generatedAnswer } from './analysis-answers.js';
import { asJpeg } from './as-jpeg.js';
import { type AskedRegions, readAdvancedGenerate, readAnalyze, readPrompts } from './payloads.js';
import { settings } from './settings.js';

/** The original's clients wait as long as it takes, and many pictures take long; what hangs is ended all the same. */
const WAIT_SECONDS = 3600;

/** The original gives its CLIP the texts as they are, and regions with black around them. */
const CLIP_SEES = { template: '{}', region_crop: 'masked' } as const;

/** A Flask service that makes pictures by Stable Diffusion, and looks at them with CLIP and Segment Anything. */
export const deepedge = defineCompatService({
  name: 'deepedge',
  settings,
  register(app, { services, settings, jobs }) {
    const generator = settings.DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL;
    const inTurn = oneAtATime();
    passOverOtherBodies(app);
    addErrorShape(app, ({ kind, message }) => ({
      status: kind.status,
      body: { error: inFieldsOfOriginal(message) },
    }));

    app.post('/api/generate', { schema: describeRoute('Make pictures') }, async (request, reply) => {
      const prompt = readPrompts(request.body);
      const fields = { model: generator, prompt, count: 1, output_format: 'jpeg' };
      const record = await jobs.run(request, reply, 'generation', fields, null, WAIT_SECONDS);
      const pictures = await generatedPictures(record);
      return {
        request_id: record.id,
        generated_image: Array.isArray(prompt) ? pictures : requireShown(pictures[0]!),
      };
    });

    app.post(
      '/api/adv/generate',
      { schema: describeRoute('Make a picture, and look at it') },
      async (request, reply) => {
        const { prompt, ...asked } = readAdvancedGenerate(request.body);
        const generate = { ...(generator && { model: generator }), prompt };
        const { record, result } = await analyze(request, reply, { ...asked, generate }, null);
        const image = record.outcome.artifacts.find(({ role }) => role === 'image')!;
        const bytes = await jobs.bytesOf(image);
        return inTurn(async () => ({
          request_id: record.id,
          generated_image: (await asJpeg(bytes, result)).toString('base64'),
          ...(await generatedAnswer(record.id, result)),
        }));
      },
    );

    app.post('/api/analyze', { schema: describeRoute('Look at a picture') }, async (request, reply) => {
      const { image, ...asked } = readAnalyze(request.body);
      const bytes = decodeBase64(withoutDataUrl(image), services.limits.maxUploadBytes, '#/image');
      const { record, result } = await analyze(request, reply, asked, { bytes, fileName: null });
      return inTurn(async () => ({
        request_id: record.id,
        image: (await asJpeg(bytes, result)).toString('base64'),
        ...(await analyzedAnswer(result)),
      }));
    });

    async function analyze(
      request: FastifyRequest,
      reply: FastifyReply,
      asked: AskedRegions & { readonly generate?: object },
      picture: SentPicture | null,
    ) {
      const fields = {
        model: settings.DARKROOM_COMPAT_CLIP_MODEL,
        segmentation_model: settings.DARKROOM_COMPAT_SAM_MODEL,
        ...asked,
        ...CLIP_SEES,
        mask_format: 'rle',
        outputs: [],
      };
      const record = await jobs.run(request, reply, 'analysis', fields, picture, WAIT_SECONDS);
      return { record, result: (await jobs.result(record)) as AnalysisResult };
    }

    /** In base64, by prompt; null for one that is withheld. */
    async function generatedPictures(record: JobRecord): Promise<(string | null)[]> {
      const { images } = (await jobs.result(record)) as GenerationResult;
      return Promise.all(
        images.map(async ({ artifact }) => {
          const file = record.outcome.artifacts.find(({ name }) => name === artifact);
          return file === undefined ? null : (await jobs.bytesOf(file)).toString('base64');
        }),
      );
    }
  },
});

/** @throws DarkroomError for a picture that is withheld: where one alone was asked for, there is nothing to answer with */
function requireShown(picture: string | null): string {
  if (picture !== null) return picture;
  throw new DarkroomError(
    'inference_failed',
    'The picture that was generated is withheld: the model’s safety checker holds it for unsafe. Try another prompt.',
  );
}

/** What a browser's FileReader gives begins as a data: URL. */
function withoutDataUrl(image: string): string {
  return image.replace(/^data:[^,]{0,100},/, '');
}

/** Errors of the analysis name its fields. */
function inFieldsOfOriginal(message: string): string {
  return message
    .replaceAll(/"regions\/(\d+)[^"]*"/g, '"roi/$1"')
    .replaceAll(/"(regions|concepts)\b/g, (_, field) => (field === 'regions' ? '"roi' : '"texts'));
}
