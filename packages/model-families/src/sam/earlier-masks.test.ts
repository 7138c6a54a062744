import { decodeNpy, encodeNpy, float32Tensor, toFloat16 } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  boxesPicture,
  click,
  GREEN,
  META,
  onGreen,
  openSam,
  overlapWithColor,
  RED,
  type SamGraphs,
} from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const picture = boxesPicture;
const open = (graphs?: SamGraphs) => openSam(models, graphs);

describe('an earlier mask', () => {
  it('is refined by a later prompt: its logits come with the answer', async () => {
    const pipeline = await open();
    const first = await ask(pipeline, picture, [{ points: [click(12, 12)] }, onGreen]);
    const logits = first.artifacts['mask_logits-0.npy']!;
    expect(logits).toMatchObject({ role: 'mask_logits', index: 0, width: null });
    expect(decodeNpy(logits.bytes).dims).toEqual([64, 64]);
    const attachments = { '#/prompts/0/mask': logits.bytes };
    const everywhere = { box: [0, 0, 96, 64], points: [click(12, 12), click(70, 20)] };
    const mask = { job: 'job_1', index: 0 };
    const without = await ask(pipeline, picture, [everywhere]);
    const refined = await ask(pipeline, picture, [{ ...everywhere, mask }], {}, { attachments });
    expect(overlapWithColor(without.masks[0]!.rle, picture, GREEN)).toBeGreaterThan(0.2);
    expect(overlapWithColor(refined.masks[0]!.rle, picture, GREEN)).toBe(0);
    expect(overlapWithColor(refined.masks[0]!.rle, picture, RED)).toBeGreaterThan(0.8);
  });

  it('may be all that is given', async () => {
    const pipeline = await open();
    const attachments = {
      '#/prompts/0/mask': encodeNpy(toFloat16(float32Tensor(new Float32Array(64 * 64).fill(-1), [64, 64]))),
    };
    const { masks } = await ask(pipeline, picture, [{ mask: { job: 'j', index: 0 } }], {}, { attachments });
    expect(masks).toHaveLength(1);
  });

  it('of another size is refused', async () => {
    const pipeline = await open();
    const attachments = { '#/prompts/0/mask': encodeNpy(float32Tensor(new Float32Array(4), [2, 2])) };
    const asked = ask(
      pipeline,
      picture,
      [{ ...onGreen, mask: { job: 'job_1', index: 3 } }],
      {},
      { attachments },
    );
    await expect(asked).rejects.toMatchObject({
      code: 'option_not_supported',
      message:
        'The model takes masks of 64 × 64; mask 3 of job job_1 is [2, 2]. Refine masks that the same model made.',
    });
  });

  it('is kept of the first sixteen masks, and of none where the decoder takes none', async () => {
    const prompts = Array.from({ length: 20 }, (_, i) => ({ points: [click(4 * i + 2, 20)] }));
    const kept = async (graphs: SamGraphs) => {
      const { artifacts } = await ask(await open(graphs), picture, prompts);
      return Object.keys(artifacts).filter((name) => name.startsWith('mask_logits'));
    };
    const names = await kept(META);
    expect(names).toHaveLength(16);
    expect(names.at(-1)).toBe('mask_logits-15.npy');
    expect(await kept({ exported: 'transformers' })).toEqual([]);
  });
});
