import type { ModelSummary } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANALYZER_MODEL } from '../testing/analysis-models.js';
import { expectProblem } from '../testing/expect-problem.js';
import { PROMPTABLE_MODEL } from '../testing/promptable-model.js';
import { RegisteredModels } from '../testing/registered-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let image: { base64: string };

beforeAll(async () => {
  service = await startService({ models: [] });
  image = { base64: (await testPhoto()).toString('base64') };
});
afterAll(() => service.stop());

const submit = (fields: object) =>
  service.fetch('/v1/analysis', jsonSubmission({ concepts: ['a red star', 'a blue circle'], ...fields }));

async function serve(model: ModelSummary): Promise<void> {
  (await RegisteredModels.open(service, [model])).close();
}

describe('an analysis', () => {
  it('is refused with the kind of model that is missing, as long as one is', async () => {
    const generate = { prompt: 'a red star' };
    const missing = async (fields: object) =>
      (await expectProblem(await submit(fields), 'model_not_found')).detail;
    expect(await missing({ image })).toContain('model for analysis');
    await serve(ANALYZER_MODEL);
    expect(await missing({ image })).toMatch(/makes masks of everything .* send "max_regions": 0/);
    expect(await missing({ image, regions: [{ box: [2, 4, 14, 12] }] })).toContain('masks of "regions"');
    expect((await submit({ image, max_regions: 0 })).status).toBe(202);
    await serve(PROMPTABLE_MODEL);
    expect((await submit({ image })).status).toBe(202);
    expect(await missing({ generate })).toMatch(/makes pictures from texts.* send an "image" instead/);
  });
});
