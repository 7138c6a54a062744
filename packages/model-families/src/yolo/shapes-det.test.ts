import type { Detection, DetectionOptions } from '@darkroom/contracts';
import { type Box, intersectionOverUnion } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedModel, openModel } from '../open-model.js';
import { readDemoModel, readGolden } from '../testing/demo-models.js';
import { detect } from '../testing/detect.js';
import { readGroundTruth, readPicture, readSample, readScenes } from '../testing/sample-pictures.js';
import { openOnCpu } from '../testing/test-models.js';
import { maskOverlap, type RunLengths, wholeGoldenMask, wholeMask } from '../testing/whole-masks.js';
import { requestOptions } from './options.js';

/** What PyTorch and the decoding of `models/training` find. */
interface Golden {
  readonly decoding: Required<Pick<DetectionOptions, 'score_threshold' | 'iou_threshold' | 'class_agnostic'>>;
  readonly tolerance: { readonly box_pixels: number; readonly score: number; readonly mask_iou: number };
  readonly pictures: readonly { readonly file: string; readonly detections: readonly GoldenDetection[] }[];
}

interface GoldenDetection extends Pick<Detection, 'class_id' | 'label' | 'score' | 'box'> {
  readonly mask: RunLengths;
}

let loaded: LoadedManifest;
let model: OpenedModel;
/** What a request that asks for nothing gets. */
let servedOptions: DetectionOptions;

beforeAll(async () => {
  loaded = await readDemoModel('shapes-det');
  model = await openModel(loaded, openOnCpu);
  servedOptions = Value.Default(requestOptions(loaded.manifest), {}) as DetectionOptions;
});

afterAll(() => model.close());

describe('the demo model shapes-det', () => {
  it('finds what PyTorch found: the same boxes, scores and masks', async () => {
    const golden = await readGolden<Golden>(loaded);
    expect(golden.pictures.length).toBeGreaterThan(0);
    for (const { file, detections } of golden.pictures) {
      const picture = await readPicture(`${loaded.folder}/${file}`);
      const { score_threshold, iou_threshold, class_agnostic } = golden.decoding;
      const options = { score_threshold, iou_threshold, class_agnostic, mask_format: 'rle' } as const;
      const { result } = await detect(model.pipeline, picture, options);
      expect(result.detections.map(({ label }) => label)).toEqual(detections.map(({ label }) => label));
      for (const [index, expected] of detections.entries()) {
        const found = result.detections[index]!;
        expect(found.class_id).toBe(expected.class_id);
        expect(Math.abs(found.score - expected.score)).toBeLessThan(golden.tolerance.score);
        for (const [edge, value] of expected.box.entries()) {
          expect(Math.abs(found.box[edge]! - value)).toBeLessThan(golden.tolerance.box_pixels);
        }
        const overlap = maskOverlap(wholeMask(found.rle!), wholeGoldenMask(expected.mask));
        expect(overlap).toBeGreaterThan(golden.tolerance.mask_iou);
      }
    }
  });

  it('finds the shapes that are drawn in the sample pictures, and hardly anything else', async () => {
    let [drawn, found, right] = [0, 0, 0];
    for (const { file, instances } of (await readScenes()).scenes) {
      const { result } = await detect(model.pipeline, await readSample(file), servedOptions);
      const missing = new Set(instances);
      for (const { label, box } of result.detections) {
        const match = [...missing].find(
          (instance) =>
            instance.shape === label && intersectionOverUnion(instance.box, box as unknown as Box) >= 0.5,
        );
        if (match && missing.delete(match)) right++;
      }
      drawn += instances.length;
      found += result.detections.length;
    }
    expect(drawn).toBeGreaterThan(20);
    expect(right / drawn).toBeGreaterThan(0.9);
    expect(right / found).toBeGreaterThan(0.9);
  });

  it('masks the pixels that show the shapes', async () => {
    const classes = loaded.manifest.labels!.length;
    const both = new Array<number>(classes).fill(0);
    const either = new Array<number>(classes).fill(0);
    for (const { file } of (await readScenes()).scenes) {
      const { result } = await detect(model.pipeline, await readSample(file), servedOptions);
      const truth = await readGroundTruth(file);
      for (let classId = 0; classId < classes; classId++) {
        const masks = result.detections
          .filter(({ class_id }) => class_id === classId)
          .map(({ rle }) => wholeMask(rle!));
        for (let at = 0; at < truth.width * truth.height; at++) {
          // In the truth, 0 is the background.
          const isDrawn = truth.data[at * 3] === classId + 1;
          const isMasked = masks.some((mask) => mask[at] === 1);
          if (isDrawn && isMasked) both[classId]!++;
          if (isDrawn || isMasked) either[classId]!++;
        }
      }
    }
    const overlaps = both.map((pixels, classId) => pixels / either[classId]!);
    expect(overlaps.reduce((sum, overlap) => sum + overlap) / classes).toBeGreaterThan(0.88);
  });
});
