import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type RunningService, type ServiceOptions, startService, startWorker } from './start-service.js';

const REPOSITORY_ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export const DEMO_MODELS = ['shapes-seg', 'shapes-det', 'shapes-sam', 'shapes-sd', 'shapes-clip'] as const;
export type DemoModelId = (typeof DEMO_MODELS)[number];

/** The service with a worker for demo models of the repository. */
export async function startDemoModels(
  models: readonly DemoModelId[],
  options: Pick<ServiceOptions, 'variables' | 'ownProcess'> = {},
): Promise<RunningService> {
  const service = await startService({ ...options, models: [] });
  const worker = await startWorker(service.redis, `${REPOSITORY_ROOT}models`, models);
  return {
    ...service,
    worker,
    async stop() {
      await worker.end('SIGKILL');
      await service.stop();
    },
  };
}

/** One of the drawn pictures that the demo models know things in. */
export function shapesPicture(name = 'shapes-1.jpg'): Promise<Buffer> {
  return readFile(`${REPOSITORY_ROOT}examples/pictures/${name}`);
}

/** A multipart form with a picture as the file part of a name, and texts beside it. */
export function compatForm(
  texts: readonly (readonly [name: string, value: string])[],
  file?: { readonly field: string; readonly bytes: Buffer; readonly fileName?: string },
): RequestInit {
  const body = new FormData();
  for (const [name, value] of texts) body.append(name, value);
  if (file) body.append(file.field, new Blob([file.bytes]), file.fileName ?? 'picture.jpg');
  return { method: 'POST', body };
}
