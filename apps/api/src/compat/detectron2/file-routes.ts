import { DarkroomError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeRoute } from '../describe-route.js';
import { answerOfFiles, type FileOutcome } from './area-answer.js';
import { detectFiles, type FileTools, isFaultOfPicture, type WantedFiles } from './detect-files.js';
import { AllFilesSchema, NamedFilesSchema, readPayload } from './payloads.js';
import { noSuchImage, type PictureFolders } from './picture-folders.js';
import { sendJson } from './send-json.js';

/**
 * Adds the calls that look at files of the input folder.
 * @param tools with `folders` null where there is no folder to look in
 */
export function addFileRoutes(
  app: FastifyInstance,
  tools: Omit<FileTools, 'folders'> & { readonly folders: PictureFolders | null },
): void {
  app.post(
    '/api/detect-area-all',
    { schema: describeRoute('Detect on all pictures of the input folder') },
    async (request, reply) => {
      const { threshold_value: threshold } = readPayload(AllFilesSchema, request.body);
      const names = await folders().list();
      const outcomes = await lookAt({ names, threshold, passOverOthers: true }, request, reply);
      return outcomes ? sendJson(reply, answerOfFiles(outcomes)) : messageOf('no input files');
    },
  );

  app.post(
    '/api/detect-area-by-name',
    { schema: describeRoute('Detect on pictures of the input folder, by their names') },
    async (request, reply) => {
      const asked = readPayload(NamedFilesSchema, request.body);
      const { image_names: names, threshold_value: threshold } = asked;
      for (const name of new Set(names)) {
        if (!(await folders().has(name))) return messageOf(noSuchImage(name));
      }
      const outcomes = await lookAt({ names, threshold, passOverOthers: false }, request, reply);
      return outcomes ? sendJson(reply, answerOfFiles(outcomes)) : { data: [], status_code: 200 };
    },
  );

  /** @returns null where there is none; what concerns all files, not one of them, is thrown */
  async function lookAt(
    wanted: WantedFiles,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AsyncIterable<FileOutcome> | null> {
    const outcomes = detectFiles(wanted, { ...tools, folders: folders() }, request, reply);
    // The status is still open until the first is known.
    const first = await outcomes.next();
    if (first.done) return null;
    if ('area' in first.value || isFaultOfPicture(first.value.fault))
      return startingWith(first.value, outcomes);
    await outcomes.return(undefined);
    throw first.value.fault;
  }

  function folders(): PictureFolders {
    if (tools.folders) return tools.folders;
    throw new DarkroomError(
      'option_not_supported',
      'There is no folder to look for pictures in. Set DARKROOM_COMPAT_DETECTRON2_DIR of the service to one that has input/images, or send pictures to detect-area-base64.',
    );
  }
}

async function* startingWith<Item>(first: Item, others: AsyncGenerator<Item>): AsyncGenerator<Item> {
  try {
    yield first;
    yield* others;
  } finally {
    await others.return(undefined);
  }
}

/** Under `data`, where the original has it, and beside. */
function messageOf(message: string) {
  return { data: { message }, message, status_code: 200 };
}
