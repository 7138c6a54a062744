import {
  AnalysisRequestSchema,
  AnalysisResultSchema,
  BatchRequestSchema,
  BatchSchema,
  DetectionRequestSchema,
  DetectionResultSchema,
  EmbeddingResultSchema,
  GenerationRequestSchema,
  GenerationResultSchema,
  JobListSchema,
  JobSchema,
  JobSummarySchema,
  MasksResultSchema,
  ModelListSchema,
  ModelSchema,
  ProblemSchema,
  ReadinessSchema,
  SegmentationRequestSchema,
  SemanticResultSchema,
  ServiceSchema,
  WorkerListSchema,
  WorkerSchema,
} from '@darkroom/contracts';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

const NAMED_SCHEMAS = [
  ProblemSchema,
  SemanticResultSchema,
  MasksResultSchema,
  EmbeddingResultSchema,
  SegmentationRequestSchema,
  DetectionResultSchema,
  DetectionRequestSchema,
  GenerationResultSchema,
  AnalysisRequestSchema,
  AnalysisResultSchema,
  GenerationRequestSchema,
  JobSummarySchema,
  JobSchema,
  JobListSchema,
  BatchSchema,
  BatchRequestSchema,
  ModelSchema,
  ModelListSchema,
  WorkerSchema,
  WorkerListSchema,
  ServiceSchema,
  ReadinessSchema,
];

const DESCRIPTION = `Pictures or prompts in, jobs out. Submit one, get a job at once, wait for it, poll it or follow its events.

Coordinates are pixels of the picture as displayed (EXIF orientation applied), from the top left. Times are
ISO 8601 UTC. Every field of a job is always there, \`null\` when it has no value. Errors are RFC 9457 problem
details; each code has a section at [/docs/errors](/docs/errors).`;

/** The OpenAPI 3.1 document, made from the same schemas that the types come from. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Darkroom',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'submit', description: 'Pictures and prompts in' },
        { name: 'jobs', description: 'What became of them' },
        { name: 'models', description: 'What there is to run, and where' },
        { name: 'service', description: 'Health, metrics, documentation' },
        { name: 'drop-in', description: 'Paths of existing services that this one answers for' },
      ],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  });
  for (const schema of NAMED_SCHEMAS) app.addSchema(schema);
}
