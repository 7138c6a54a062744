import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@darkroom/imaging';
import { sharedAsset } from '@darkroom/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ImportedDarknet, importDarknet } from './import-darknet.js';
import { readDarknetFolder } from './read-darknet-folder.js';
import { clippedEdges, detectAsDarknet, edgesOverlap, prepare } from './testing/detect-as-darknet.js';
import { runModel } from './testing/run-model.js';

interface Reference {
  readonly label: string;
  readonly score: number;
  readonly box_xyxy: readonly [number, number, number, number];
}

const folder = sharedAsset('models/yolo-fastest-1.1');
const photos = sharedAsset('photos');
const referenceFile = sharedAsset('reference/darknet.yolo-fastest-1.1.json');
const isThere = folder !== null && photos !== null && referenceFile !== null;

describe.skipIf(!isThere)('YOLO-Fastest 1.1, from its Darknet files', () => {
  let imported: ImportedDarknet;
  let references: Readonly<Record<string, readonly Reference[]>>;

  beforeAll(async () => {
    imported = importDarknet(await readDarknetFolder(folder!));
    references = JSON.parse(await readFile(referenceFile!, 'utf8'));
  });

  /** What is found in a photo, in the words of the reference. */
  const detect = async (photo: string, threshold: number): Promise<Reference[]> => {
    const picture = await decodeImage(await readFile(join(photos!, photo)), { maxPixels: 1e8 });
    const { tensor, placement } = prepare(picture, imported.manifest);
    const { detections } = await runModel(imported.model, tensor);
    return detectAsDarknet(detections!, placement, { threshold, iouThreshold: 0.45 }).map((found) => ({
      label: imported.manifest.labels[found.classId] as string,
      score: found.score,
      box_xyxy: clippedEdges(found.box, picture),
    }));
  };

  it('has the 80 labels, the input of its cfg and nothing to note', () => {
    const { labels, preparation, family_options } = imported.manifest;
    expect(labels).toHaveLength(80);
    expect(labels.slice(0, 2)).toEqual(['person', 'bicycle']);
    expect(preparation).toMatchObject({ resize: 'letterbox', width: 320, height: 320 });
    expect(family_options).toEqual({ layout: 'darknet-heads' });
    expect(imported.notes).toEqual([]);
  });

  it('finds in the photos what Darknet finds, and nothing else', async () => {
    expect(Object.keys(references).length).toBeGreaterThan(0);
    for (const [photo, expected] of Object.entries(references)) {
      const found = await detect(photo, 0.3);
      const isSame = (a: Reference, b: Reference) =>
        a.label === b.label &&
        Math.abs(a.score - b.score) <= 0.03 &&
        edgesOverlap(a.box_xyxy, b.box_xyxy) >= 0.95;
      const missed = expected.filter((one) => one.score > 0.35 && !found.some((other) => isSame(one, other)));
      const invented = found.filter(
        (one) => one.score > 0.38 && !expected.some((other) => isSame(one, other)),
      );
      expect({ photo, missed, invented }).toEqual({ photo, missed: [], invented: [] });
    }
  });
});
