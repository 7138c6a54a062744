import { rm } from 'node:fs/promises';
import { pixelsOf } from '@darkroom/imaging';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { readCatalog } from '@darkroom/model-catalog';
import { FAMILIES, NO_SHORTAGE, NO_STEPS, openModel } from '@darkroom/model-families';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptPlaces } from './prompt-places.js';
import { type SamModelFolder, writeSamModel } from './sam-model-folder.js';

let model: SamModelFolder;

beforeAll(async () => {
  model = await writeSamModel('none');
});
afterAll(() => rm(model.modelsFolder, { recursive: true }));

describe('the Segment Anything of the bench', () => {
  it('is a model that can be served, and gives three masks around each point', async () => {
    const { models, rejected } = await readCatalog([model.modelsFolder], { families: FAMILIES });
    expect(rejected).toEqual([]);
    const { providers } = await resolveDevice(parseDevice('cpu'));
    const opened = await openModel(models[0]!, (path) => openGraph(path, { providers, intraOpThreads: 1 }));
    const picture = pixelsOf(new Uint8Array(640 * 480 * 3), 640, 480);
    const [[x, y]] = promptPlaces(picture, 1) as [[number, number]];
    const prompts = [{ points: [{ x, y, positive: true }] }];
    const options = { mode: 'prompts', prompts, multimask: true, mask_format: 'rle', outputs: [] };
    const prepared = await opened.pipeline.prepare({ picture, options });
    const [inferred] = await opened.pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
    const { result } = await opened.pipeline.postprocess(inferred, prepared, { picture, options });
    const { masks } = result as { masks: { area: number; box: number[]; predicted_iou: number }[] };
    expect(masks).toHaveLength(3);
    for (const { area, box, predicted_iou } of masks) {
      expect(area).toBeGreaterThan(100);
      expect(box[0]! < x && box[2]! > x && box[1]! < y && box[3]! > y).toBe(true);
      expect(predicted_iou).toBeGreaterThan(0.7);
      expect(predicted_iou).toBeLessThan(1);
    }
    await opened.close();
  });
});
