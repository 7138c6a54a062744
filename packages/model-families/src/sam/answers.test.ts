import { decodeImage, type Pixels } from '@darkroom/imaging';
import { decodeNpy, type Tensor } from '@darkroom/tensor';
import { samManifest } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import type { ClosableGraph } from '../open-model.js';
import {
  ask,
  askEverything,
  boxesPicture,
  click,
  META,
  onBlue,
  onGreen,
  openSam,
  RED,
  type SamGraphs,
  samGraphs,
} from '../testing/sam-models.js';
import { openOnCpu, TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const picture = boxesPicture;
const open = (graphs?: SamGraphs) => openSam(models, graphs);
const decode = (bytes: Buffer) => decodeImage(bytes, { maxPixels: 1e6 });

describe('the answer to prompts', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await open();
  });

  it('has masks in the format that is asked for, the same in each', async () => {
    const prompts = [onGreen];
    const { masks: rle } = await ask(pipeline, picture, prompts);
    const { masks: polygon } = await ask(pipeline, picture, prompts, {
      mask_format: 'polygon',
      polygon_tolerance: 0,
    });
    const { masks: png, artifacts } = await ask(pipeline, picture, prompts, { mask_format: 'png' });
    const { masks: none } = await ask(pipeline, picture, prompts, { mask_format: 'none' });
    expect(none[0]).not.toHaveProperty('rle');
    expect(png[0]!.artifact).toBe('mask-0.png');
    const { data } = await decode(artifacts['mask-0.png']!.bytes);
    expect(data.filter((value, i) => i % 3 === 0 && value === 255)).toHaveLength(rle[0]!.area);
    const ring = polygon[0]!.polygons![0]![0]!;
    const [x0, y0, x1, y1] = rle[0]!.box;
    expect(ring).toEqual([
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
      [x0, y0],
    ]);
    expect((x1! - x0!) * (y1! - y0!)).toBe(rle[0]!.area);
  });

  it('has its outputs: overlay, label map, embedding and what the network saw', async () => {
    const outputs = ['model_input', 'label_map', 'overlay', 'embedding'];
    const { artifacts, masks } = await ask(pipeline, picture, [{ points: [click(12, 12)] }, onBlue], {
      outputs,
    });
    const names = Object.keys(artifacts).filter((name) => !name.startsWith('mask_logits'));
    expect(names).toEqual(['overlay.png', 'label_map.png', 'embedding.npy', 'model_input.png']);
    expect(artifacts['label_map.png']).toMatchObject({
      role: 'label_map',
      width: 96,
      height: 64,
      index: null,
    });
    expect(decodeNpy(artifacts['embedding.npy']!.bytes).dims).toEqual([1, 3, 64, 64]);
    const bitDepth = artifacts['label_map.png']!.bytes.readUInt8(24);
    expect(bitDepth).toBe(16);
    const overlay = await decode(artifacts['overlay.png']!.bytes);
    const pixel = ({ data, width }: Pixels, x: number, y: number) => [
      ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
    ];
    expect(pixel(overlay, 92, 60)).toEqual([0, 0, 0]);
    expect(pixel(overlay, 27, 32)).not.toEqual(pixel(picture, 27, 32));
    const seen = await decode(artifacts['model_input.png']!.bytes);
    expect([seen.width, seen.height]).toEqual([128, 128]);
    expect(pixel(seen, 20, 20)).toEqual([...RED]);
    expect(pixel(seen, 64, 120)).toEqual([0, 0, 0]);
    expect(masks).toHaveLength(2);
  });

  it('leaves out masks of a network that overflowed', async () => {
    const graphs = samGraphs(META);
    const opener = async (path: string): Promise<ClosableGraph> => {
      const graph = await openOnCpu(path);
      return {
        inputs: graph.inputs,
        outputs: graph.outputs,
        close: () => graph.close(),
        run: async (feeds, names) => {
          const outputs = await graph.run(feeds, names);
          const { iou_predictions } = outputs;
          return iou_predictions
            ? {
                ...outputs,
                iou_predictions: {
                  ...iou_predictions,
                  data: new Float32Array(iou_predictions.data.length).fill(Number.NaN),
                } as Tensor,
              }
            : outputs;
        },
      };
    };
    const overflowing = await models.open(graphs, samManifest(META), opener);
    expect((await ask(overflowing, picture, [onGreen])).masks).toEqual([]);
    expect((await askEverything(overflowing, picture)).masks).toEqual([]);
  });
});
