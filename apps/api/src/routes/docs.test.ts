import { ERRORS } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningService, startService } from '../testing/start-service.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
}

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  // biome-ignore lint/suspicious/noExplicitAny: schemas are looked into by name
  readonly components: { readonly schemas: Readonly<Record<string, any>> };
}

let service: RunningService;
let document: OpenApi;

beforeAll(async () => {
  service = await startService({ models: [] });
  document = (await (await service.fetch('/openapi.json')).json()) as OpenApi;
});
afterAll(() => service.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

async function statusOf(path: string): Promise<number> {
  const answer = await service.fetch(path);
  await answer.arrayBuffer();
  return answer.status;
}

/** Each object anywhere in a value. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

describe('the OpenAPI document', () => {
  it('is one of version 3.1 with a title and a version', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({
      title: 'Darkroom',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it('describes every call that is built, and no other', () => {
    expect(
      operations()
        .map(({ path, method }) => `${method.toUpperCase()} ${path}`)
        .sort(),
    ).toEqual([
      'DELETE /v1/batches/{id}',
      'DELETE /v1/jobs/{id}',
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /v1',
      'GET /v1/batches/{id}',
      'GET /v1/batches/{id}/events',
      'GET /v1/batches/{id}/result',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'GET /v1/jobs/{id}/artifacts/{name}',
      'GET /v1/jobs/{id}/events',
      'GET /v1/jobs/{id}/input',
      'GET /v1/jobs/{id}/result',
      'GET /v1/models',
      'GET /v1/models/{id}',
      'GET /v1/workers',
      'POST /v1/analysis',
      'POST /v1/batches',
      'POST /v1/batches/{id}/cancel',
      'POST /v1/detection',
      'POST /v1/generation',
      'POST /v1/jobs/{id}/cancel',
      'POST /v1/jobs/{id}/retry',
      'POST /v1/models/{id}/load',
      'POST /v1/models/{id}/unload',
      'POST /v1/segmentation',
    ]);
  });

  it('has for each an id of its own, a summary, a known tag and described answers', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      expect(operation.summary, path).toMatch(/\w/);
      expect(operation.tags, path).toHaveLength(1);
      const { responses } = operation;
      expect(
        Object.keys(responses).some((status) => status.startsWith('2')),
        path,
      ).toBe(true);
      for (const { description } of Object.values(responses))
        expect(description, path).toMatch(/^(?!Default)\S/);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(
        described.map(({ name }) => name),
        path,
      ).toEqual(inPath);
      expect(
        described.every(({ required }) => required),
        path,
      ).toBe(true);
    }
  });

  it('refers only to what is in it', () => {
    const references = [...objectsIn(document)].flatMap(({ $ref }) => (typeof $ref === 'string' ? $ref : []));
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      expect(reference).toMatch(/^#\//);
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
      expect(target, reference).toBeTypeOf('object');
    }
  });

  it('answers every error as a problem', () => {
    for (const { path, operation } of operations()) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || path === '/health/ready' || status === '416') continue;
        expect(content, `${path} ${status}`).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
      }
    }
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(ERRORS));
  });

  it('takes pictures in the three ways that are built', () => {
    const submission = document.paths['/v1/segmentation']!.post!;
    expect(Object.keys(submission.requestBody!.content)).toEqual([
      'multipart/form-data',
      'application/json',
      'image/*',
    ]);
    const { properties, additionalProperties } = document.components.schemas.SegmentationRequest;
    expect(additionalProperties).toBe(false);
    expect(Object.keys(properties).sort()).toEqual([
      'automatic',
      'cancel_on_disconnect',
      'deadline_seconds',
      'image',
      'keep_seconds',
      'mask_format',
      'metadata',
      'mode',
      'model',
      'multimask',
      'output_format',
      'outputs',
      'overlay_opacity',
      'overlay_outlines',
      'polygon_tolerance',
      'priority',
      'prompts',
    ]);
  });

  it('takes a prompt with or without a picture, and no picture alone', () => {
    const content = document.paths['/v1/generation']!.post!.requestBody!.content as Readonly<
      Record<string, { readonly schema: { readonly required?: readonly string[] } }>
    >;
    expect(Object.keys(content)).toEqual(['multipart/form-data', 'application/json']);
    expect(content['multipart/form-data']!.schema.required).toEqual(['prompt']);
    expect(document.components.schemas.GenerationRequest.required).toEqual(['prompt']);
  });

  it('takes a picture to analyze, or the wish for one, and regions only of known kinds', () => {
    const content = document.paths['/v1/analysis']!.post!.requestBody!.content as Readonly<
      Record<string, { readonly schema: { readonly required?: readonly string[] } }>
    >;
    expect(Object.keys(content)).toEqual(['multipart/form-data', 'application/json', 'image/*']);
    expect(content['multipart/form-data']!.schema.required).toBeUndefined();
    const { properties, required } = document.components.schemas.AnalysisRequest;
    expect(required).toBeUndefined();
    expect(Object.keys(properties.regions.items.properties)).toEqual(['box', 'points']);
    expect(properties.generate.required).toEqual(['prompt']);
  });

  it('names nothing that is not built', () => {
    const names = new Set(
      [...objectsIn(document)].flatMap(({ properties }) => Object.keys(properties ?? {})),
    );
    const request = JSON.stringify(document.components.schemas.SegmentationRequest);
    for (const name of ['webhook']) {
      expect(names.has(name), name).toBe(false);
    }
    expect(request).not.toContain('Idempotency');
    expect(Object.keys(document.paths).filter((path) => /deliveries/.test(path))).toEqual([]);
  });
});

describe('the documentation pages', () => {
  it('load nothing from elsewhere, and all they load is there', async () => {
    for (const page of ['/docs', '/docs/errors']) {
      const answer = await service.fetch(page);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const html = await answer.text();
      expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      const loaded = [...html.matchAll(/(?:src|href)="(\/[^"#]*)/g)].map(([, path]) => path!);
      expect(loaded.length).toBeGreaterThan(0);
      for (const path of loaded) expect([path, await statusOf(path)]).toEqual([path, 200]);
    }
    const script = await (await service.fetch('/docs/try.js')).text();
    expect(script).toContain("url: '/openapi.json'");
  });

  it('have a section for each error', async () => {
    const html = await (await service.fetch('/docs/errors')).text();
    for (const [code, { status }] of Object.entries(ERRORS)) {
      expect(html).toContain(`<section id="${code}">`);
      expect(html).toMatch(new RegExp(`<code>${code}</code></h2>\\s*<p>.*<small>${status};`));
    }
  });

  it('are where the root leads', async () => {
    const answer = await service.fetch('/', { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
  });

  it('serve no other files of the package they come from', async () => {
    for (const path of ['package.json', 'index.html', 'swagger-ui.js', '%2e%2e/package.json']) {
      expect([path, await statusOf(`/docs/assets/${path}`)]).toEqual([path, 404]);
    }
  });
});
