import { ModelManifestSchema } from '@darkroom/contracts';

/**
 * The JSON Schema document of `model.json`, by which editors complete and check it. Published as
 * `models/model.schema.json`.
 */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $id: _, ...schema } = JSON.parse(JSON.stringify(ModelManifestSchema)) as Record<string, unknown>;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema };
}

/** The document as the text of its file. */
export function manifestJsonSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
