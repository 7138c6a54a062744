import type { DarkroomError } from '@darkroom/contracts';
import { ConfigurationError } from '@darkroom/service-kit';
import { decodeBase64 } from '../../submission/picture-source.js';
import { defineCompatService } from '../compat-service.js';
import { describeRoute } from '../describe-route.js';
import { addErrorShape } from '../error-shape.js';
import { answerOfPicture } from './area-answer.js';
import { areaDetector } from './detect-area.js';
import { addFileRoutes } from './file-routes.js';
import { outputNames } from './output-names.js';
import { readPayload, SentPictureSchema } from './payloads.js';
import { PictureFolders, requireFileName } from './picture-folders.js';
import { saveArea } from './save-area.js';
import { sendJson } from './send-json.js';
import { settings } from './settings.js';

/** A Flask service around a Mask R-CNN of detectron2. */
export const detectron2 = defineCompatService({
  name: 'detectron2',
  settings,
  async register(app, { services, settings, jobs }) {
    const { maxUploadBytes, maxImagePixels } = services.limits;
    const model = settings.DARKROOM_COMPAT_DETECTRON2_MODEL;
    const detectArea = areaDetector(jobs, { model, maxPixels: maxImagePixels });
    const folders = await openFolders(settings.DARKROOM_COMPAT_DETECTRON2_DIR);
    addErrorShape(app, (error) => ({
      status: error.kind.status,
      body: { data: detailOf(error), status_code: error.kind.status },
    }));

    app.get(
      '/api',
      { logLevel: 'warn', schema: describeRoute('Whether it is up') },
      async (request, reply) => {
        const { localPort } = request.raw.socket;
        const isUp = `<h1>The Flask App has been started on port ${localPort} (container)</h1>`;
        const where = `<h1>Outside exposed port is ${request.port ?? localPort}</h1>`;
        return reply.type('text/html; charset=utf-8').send(`${isUp}\n${where}\n`);
      },
    );

    app.post(
      '/api/detect-area-base64',
      { schema: describeRoute('Detect on a picture in base64') },
      async (request, reply) => {
        const asked = readPayload(SentPictureSchema, request.body);
        const { input_image_name: input, output_image_name: output, threshold_value: threshold } = asked;
        requireFileName('input_image_name', input);
        requireFileName('output_image_name', output);
        const bytes = decodeBase64(asked.image_string, maxUploadBytes, '#/image_string');
        const picture = { bytes, fileName: input };
        const area = await detectArea(request, reply, { picture, threshold, output });
        if (folders !== null) {
          await folders.write('input', input, bytes);
          await saveArea(area, outputNames(output, 'request'), folders);
        }
        return sendJson(reply, answerOfPicture(area));
      },
    );

    addFileRoutes(app, {
      folders,
      detectArea,
      maxUploadBytes,
      forget: ({ record }, request, reply) => jobs.forget(record, request, reply),
    });
  },
});

/** @throws ConfigurationError when they can't be used */
async function openFolders(root: string | undefined): Promise<PictureFolders | null> {
  if (root === undefined) return null;
  const folders = new PictureFolders(root);
  try {
    await folders.prepare();
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigurationError(`  DARKROOM_COMPAT_DETECTRON2_DIR takes a folder to write to: ${reason}`);
  }
  return folders;
}

/** What is said of other types speaks of forms and pictures, which these paths don't take. */
function detailOf({ code, message }: DarkroomError): string {
  if (code !== 'unsupported_media_type') return message;
  return 'The payload must be JSON, with the Content-Type application/json. With requests: requests.post(url, json=payload).';
}
