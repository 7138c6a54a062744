import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnalysisResult, AnalyzedRegion, DetectionResult } from '@darkroom/contracts';
import { type Box, intersectionOverUnion } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestService } from './testing/test-service.js';

// A whole service is started here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MODELS = ['shapes-sd', 'shapes-clip', 'shapes-sam', 'shapes-det'];
const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const example = (name: string) => JSON.parse(readFileSync(pathOf(`examples/${name}.json`), 'utf8'));

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
  const env = { DARKROOM_MODELS_DIR: pathOf('models'), DARKROOM_MODELS: MODELS.join(',') };
  await service.startWorker(env, 100_000);
});
afterAll(() => service?.stop());

describe('the circle of the demo', () => {
  it('closes: of what one model generates from a text, concept, detector and mask agree with it', async () => {
    const { text, seed } = example('circle') as { text: string; seed: number };
    const prompt: string = example('texts')[text];
    const concepts: string[] = example('concepts');
    const submitted = await service.client.submitAnalysis({ generate: { prompt, seed }, concepts });
    const analysis = await service.client.waitForEnd(submitted);
    expect(analysis.error).toBeNull();
    const { top_concept, regions } = analysis.result as AnalysisResult;
    expect(prompt).toBe('a red star on a blue background');
    expect(top_concept).toBe('a red star');

    const artifact = analysis.artifacts.find(({ role }) => role === 'image')!.name;
    const detection = await service.client.waitForEnd(
      await service.client.submitDetection({ image: { job: analysis.id, artifact } }),
    );
    const [best] = (detection.result as DetectionResult).detections;
    expect(best).toMatchObject({ label: 'star' });

    const overlapOf = ({ box }: AnalyzedRegion) =>
      intersectionOverUnion(box as unknown as Box, best!.box as unknown as Box);
    const [mask] = regions.toSorted((a, b) => overlapOf(b) - overlapOf(a));
    expect(overlapOf(mask!)).toBeGreaterThan(0.5);
    expect(mask!.top_concept).toBe('a red star');
  });
});
