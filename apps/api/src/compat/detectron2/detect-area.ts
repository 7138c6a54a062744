import type { DetectionResult } from '@darkroom/contracts';
import { decodeImage, encodePicture } from '@darkroom/imaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CompatJobs, SentPicture } from '../compat-jobs.js';
import { oneAtATime } from '../one-at-a-time.js';
import { DetectedArea } from './detected-area.js';
import { formatNamed } from './output-names.js';

/** The original's clients wait as long as it takes; a job that hangs is ended all the same. */
const WAIT_SECONDS = 600;

/** How one picture is to be looked at. */
export interface AreaRequest {
  readonly picture: SentPicture;
  /** None: as the model has it. */
  readonly threshold: number | undefined;
  /** Name of the drawn picture. */
  readonly output: string;
}

export type DetectArea = (
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AreaRequest,
) => Promise<DetectedArea>;

/**
 * Makes what finds things on one picture, by a job.
 * @param model none: the default of those that detect
 */
export function areaDetector(
  jobs: CompatJobs,
  { model, maxPixels }: { readonly model: string | undefined; readonly maxPixels: number },
): DetectArea {
  const inTurn = oneAtATime();
  const files = {
    bytesOf: jobs.bytesOf.bind(jobs),
    toJpeg: (picture: Buffer) =>
      inTurn(async () => encodePicture(await decodeImage(picture, { maxPixels }), 'jpeg')),
  };
  return async (request, reply, { picture, threshold, output }) => {
    const fields = {
      model,
      score_threshold: threshold,
      outputs: ['overlay', 'crops'],
      output_format: formatNamed(output),
    };
    const record = await jobs.run(request, reply, 'detection', fields, picture, WAIT_SECONDS);
    return new DetectedArea(record, (await jobs.result(record)) as DetectionResult, files);
  };
}
