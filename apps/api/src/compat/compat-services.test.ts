import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEnv } from '../env.js';
import { compatForm, DEMO_MODELS, shapesPicture, startDemoModels } from '../testing/start-demo-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission, rawSubmission } from '../testing/submission.js';

/** A path of each service. */
const PATHS = ['/ping', '/healthcheck', '/sam/segment/status/job_1', '/api/analyze'];

describe('existing services', () => {
  it('are off unless they are named', async () => {
    const service = await startService({ models: [] });
    for (const path of PATHS) {
      const answer = await service.fetch(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
      ]);
    }
    await service.stop();
  });

  it.each(['', 'all', 'dlim', ' dlim , ilytics ', 'segmentation-api,dlim,ilytics'])(
    'are named with commas between them: "%s"',
    (DARKROOM_COMPAT) => {
      expect(loadEnv([], { DARKROOM_COMPAT })).toHaveProperty('env');
    },
  );

  it.each(['dlim;ilytics', 'nobody', 'dlim,', 'Dlim'])(
    'are refused under other names: %s',
    (DARKROOM_COMPAT) => {
      expect(() => loadEnv([], { DARKROOM_COMPAT })).toThrow(
        /DARKROOM_COMPAT takes a text such as all or dlim,.*, got ".*Existing services to answer for, comma-separated: dlim, /,
      );
    },
  );
});

describe('all services at once', () => {
  let service: RunningService;
  let picture: Buffer;

  beforeAll(async () => {
    const variables = { DARKROOM_COMPAT: 'all' };
    [service, picture] = await Promise.all([startDemoModels(DEMO_MODELS, { variables }), shapesPicture()]);
  });
  afterAll(() => service.stop());

  it('answer each on its own paths, with the model that can, and /v1 as ever', async () => {
    const form = (field: string, ...texts: (readonly [string, string])[]) =>
      compatForm(texts, { field, bytes: picture });
    const onnx = ['infer_model_type', 'onnx'] as const;
    const map = ['requested_results_types', 'segmentation_map'] as const;
    const sent = {
      threshold_value: 0.5,
      image_string: picture.toString('base64'),
      input_image_name: 'in.jpg',
      output_image_name: 'out.jpg',
    };
    const drawn = {
      prompt: 'a red circle on a blue background',
      texts: ['a red circle', 'a green star'],
      roi: [[32, 32]],
    };
    const answers = await Promise.all([
      service.fetch('/sam/segment', form('image')),
      service.fetch('/infer/file', form('file', onnx, map)),
      service.fetch('/upload', form('file')),
      service.fetch('/api/detect-area-base64', jsonSubmission(sent)),
      service.fetch('/api/adv/generate', jsonSubmission(drawn)),
      service.fetch('/v1/segmentation?wait=30', rawSubmission(picture)),
    ]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(bodies).toMatchObject([
      { message: 'Request in progress', task_id: expect.stringMatching(/^job_/) },
      { Status: 'OK', requested_results: { segmentation_map: expect.any(Array) } },
      { stat: { circle: expect.any(Number) } },
      { data: { detected_bounding_boxes: expect.any(Array) }, status_code: 200 },
      { clip_analysis: { all_concepts: drawn.texts, all_confidence_scores: expect.any(Array) } },
      { model: 'shapes-seg', status: 'succeeded' },
    ]);
    const { task_id } = bodies[0] as { task_id: string };
    expect(await service.job(task_id)).toMatchObject({ model: 'shapes-sam' });
  });

  it('keep their own errors, and leave problems to /v1', async () => {
    const nothing = { method: 'POST' };
    const shapes = await Promise.all(
      ['/sam/segment', '/infer/file', '/api/analyze', '/upload', '/v1/detection'].map(async (path) =>
        Object.keys((await (await service.fetch(path, nothing)).json()) as object),
      ),
    );
    expect(shapes).toEqual([
      ['error'],
      ['detail'],
      ['error'],
      ['error'],
      expect.arrayContaining(['type', 'code']),
    ]);
  });

  it('stand in the OpenAPI document beside the others', async () => {
    const document = (await (await service.fetch('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    for (const [path, method] of [
      ['/sam/load', 'put'],
      ['/infer/url', 'post'],
      ['/api/adv/generate', 'post'],
      ['/ping', 'get'],
    ] as const)
      expect(document.paths[path]![method]!.tags).toEqual(['drop-in']);
  });
});
