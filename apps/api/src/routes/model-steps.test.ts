import { ModelSchema } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;

beforeAll(async () => {
  service = await startService({ models: [QUICK_MODEL, AWAY_MODEL] });
});
afterAll(() => service.stop());

const post = (path: string, headers: Record<string, string> = {}) =>
  service.fetch(`/v1/models/${path}`, { method: 'POST', headers });

describe('loading and unloading a model', () => {
  it('is answered 202 and the model at once, and 200 when the workers are done', async () => {
    const asked = await post(`${QUICK_MODEL}/unload`);
    expect(asked.status).toBe(202);
    expect((await expectSchema(asked, ModelSchema)).id).toBe(QUICK_MODEL);
    for (const [kind, state] of [
      ['load', 'ready'],
      ['load', 'ready'],
      ['unload', 'unloaded'],
      ['unload', 'unloaded'],
    ]) {
      const done = await post(`${QUICK_MODEL}/${kind}`, { prefer: 'wait=30' });
      expect([done.status, done.headers.get('preference-applied')]).toEqual([200, 'wait=30']);
      expect(await expectSchema(done, ModelSchema)).toMatchObject({ state, problem: null });
    }
  });

  it('leaves nothing undone for a job that comes behind it', async () => {
    expect((await post(`${QUICK_MODEL}/unload?wait=30`)).status).toBe(200);
    const answer = await service.fetch('/v1/segmentation?wait=30', formSubmission(await testPhoto()));
    expect(await answer.json()).toMatchObject({ model: QUICK_MODEL, status: 'succeeded' });
  });

  it('of a model whose workers are gone is done at once, and says that it is offline', async () => {
    for (const kind of ['load', 'unload']) {
      const answer = await post(`${AWAY_MODEL}/${kind}`);
      expect(answer.status).toBe(200);
      expect(await expectSchema(answer, ModelSchema)).toMatchObject({ state: 'offline', workers: [] });
    }
  });

  it('is refused for a model that nobody knows, and with a query that is not understood', async () => {
    const problem = await expectProblem(await post('quik/load'), 'model_not_found');
    expect(problem.detail).toContain(QUICK_MODEL);
    await expectProblem(await post(`${QUICK_MODEL}/load?wiat=3`), 'unknown_field');
    await expectProblem(await post(`${QUICK_MODEL}/load?wait=soon`), 'invalid_field');
    await expectProblem(await service.fetch(`/v1/models/${QUICK_MODEL}/load`), 'method_not_allowed');
  });
});
