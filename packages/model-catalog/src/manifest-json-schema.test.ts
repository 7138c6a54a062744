import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { manifestJsonSchema, manifestJsonSchemaText } from './manifest-json-schema.js';

describe('the JSON Schema of manifests', () => {
  it('is what models/model.schema.json holds; `pnpm generate` writes it', () => {
    const file = new URL('../../../models/model.schema.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(manifestJsonSchemaText());
  });

  it('is a document of its draft that editors can complete from', () => {
    const schema = manifestJsonSchema();
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Darkroom model manifest',
      type: 'object',
      additionalProperties: false,
    });
    expect(schema).not.toHaveProperty('$id');
  });
});
