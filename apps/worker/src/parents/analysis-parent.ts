import {
  type AnalysisPart,
  type AnalysisResult,
  DarkroomError,
  type GenerationResult,
  type KnownRegion,
  type MasksResult,
} from '@darkroom/contracts';
import type { StoredArtifact, StoredPicture } from '@darkroom/jobs';
import type { DoneParts, ParentTask } from './parent-task.js';

/** The parts whose files are those of the analysis, and what of them is. */
const FILES_OF: readonly (readonly [AnalysisPart, (artifact: StoredArtifact) => boolean])[] = [
  ['generate', ({ role }) => role === 'image'],
  ['picture', () => true],
  ['regions', () => true],
];

/** An analysis: a picture, maybe generated, scored as a whole and region by region. */
export const analysisParent: ParentTask = {
  async completeOptions(part, done) {
    if (part.name !== ('regions' satisfies AnalysisPart)) return part.options;
    const { masks } = await resultOf<MasksResult>('masks', done);
    const regions = masks.flatMap(({ rle, predicted_iou }): KnownRegion[] =>
      rle ? [{ rle, predicted_iou }] : [],
    );
    return { ...part.options, regions };
  },

  async madePicture(part, done): Promise<StoredPicture> {
    const { images } = (await done.result(part)) as GenerationResult;
    const made = done.job(part).outcome.artifacts.find(({ name }) => name === images[0]?.artifact);
    if (made === undefined || made.width === null || made.height === null) {
      throw new DarkroomError(
        'inference_failed',
        'The picture that was generated is withheld: the model’s safety checker holds it for unsafe. Try another prompt or seed.',
      );
    }
    const { blobKey, name, mediaType, bytes, sha256, width, height } = made;
    return { blobKey, fileName: name, mediaType, bytes, sha256, width, height, exifOrientation: 1 };
  },

  async merge(_parent, done) {
    const whole = await resultOf<AnalysisResult>('picture', done);
    const regions = done.has('regions')
      ? (await resultOf<AnalysisResult>('regions', done)).regions
      : whole.regions;
    return {
      result: { ...whole, regions },
      artifacts: FILES_OF.flatMap(([part, isWanted]) =>
        done.has(part) ? done.job(part).outcome.artifacts.filter(isWanted) : [],
      ),
      modelVersion: done.job('picture').outcome.modelVersion,
    };
  },
};

async function resultOf<Result>(part: AnalysisPart, done: DoneParts): Promise<Result> {
  return (await done.result(part)) as Result;
}
