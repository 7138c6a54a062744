import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileOutcome } from './area-answer.js';
import type { DetectArea } from './detect-area.js';
import type { DetectedArea } from './detected-area.js';
import { isPictureFile } from './is-picture-file.js';
import { madeAhead } from './made-ahead.js';
import { outputNames } from './output-names.js';
import type { PictureFolders } from './picture-folders.js';
import { saveArea } from './save-area.js';

/** Enough for one worker to have the next one waiting; more would leave others' pictures behind a folder. */
const FILES_AT_A_TIME = 4;

/** What files are looked at with. */
export interface FileTools {
  readonly folders: PictureFolders;
  readonly detectArea: DetectArea;
  readonly maxUploadBytes: number;
  /** Forgets the job of a file that was answered, before those of all of them fill the storage. */
  forget(area: DetectedArea, request: FastifyRequest, reply: FastifyReply): void;
}

/** Which files to look at, and how. */
export interface WantedFiles {
  readonly names: readonly string[];
  readonly threshold: number | undefined;
  /** Whether files that are no pictures are passed over, since nobody named them. */
  readonly passOverOthers: boolean;
}

/**
 * Looks at files of the input folder, a few at a time, and writes what was found into the output folders.
 * @returns in the order of the names; what went wrong with one file leaves the others alone
 */
export async function* detectFiles(
  { names, threshold, passOverOthers }: WantedFiles,
  { folders, detectArea, maxUploadBytes, forget }: FileTools,
  request: FastifyRequest,
  reply: FastifyReply,
): AsyncGenerator<FileOutcome> {
  for await (const outcome of madeAhead(names, FILES_AT_A_TIME, detectFile)) {
    if (outcome === null) continue;
    try {
      yield outcome;
    } finally {
      if ('area' in outcome) forget(outcome.area, request, reply);
    }
  }

  async function detectFile(name: string): Promise<FileOutcome | null> {
    try {
      // Those of before were stopped; others are not to be begun.
      if (request.raw.socket.destroyed) throw new Error('the client has gone');
      const isWanted = (beginning: Buffer) => !passOverOthers || isPictureFile(name, beginning);
      const bytes = await folders.read(name, maxUploadBytes, isWanted);
      if (bytes === null) {
        request.log.info({ file: name }, 'passed over a file that is no picture');
        return null;
      }
      return { name, area: await detectAndSave(name, bytes) };
    } catch (fault) {
      request.log.info({ err: fault, file: name }, 'nothing is known of a file');
      return { name, fault: fault as Error };
    }
  }

  async function detectAndSave(name: string, bytes: Buffer): Promise<DetectedArea> {
    const picture = { bytes, fileName: name };
    const area = await detectArea(request, reply, { picture, threshold, output: name });
    try {
      await saveArea(area, outputNames(name, 'folder'), folders);
      return area;
    } catch (error) {
      forget(area, request, reply);
      throw error;
    }
  }
}

const FAULTS_OF_PICTURES: readonly ErrorCode[] = [
  'image_missing',
  'image_too_many_pixels',
  'invalid_field',
  'unsupported_image',
  'upload_too_large',
];

/** Whether a file is to blame for what went wrong, so that others may go well. */
export function isFaultOfPicture(fault: Error): boolean {
  return fault instanceof DarkroomError && FAULTS_OF_PICTURES.includes(fault.code);
}
