import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomClient, DarkroomProblem, DarkroomUnreachable } from '@darkroom/client';
import { commandName } from '../env.js';
import { step } from '../step.js';
import type { Terminal } from '../terminal.js';
import type { AddedModel } from './add-model.js';

/** Whether a service has taken a model up. */
export interface Serving {
  readonly url: string;
  readonly isServed: boolean;
  /** For people; what to do next. */
  readonly detail: string;
}

/** A worker looks every second and a half, waits for two equal looks and checks the graph. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 500;

/** Waits until the service, if one runs, serves a model that was added, or says why it doesn't. */
export async function awaitServing(
  { manifest: { id, task }, version, folder }: AddedModel,
  url: string,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<Serving> {
  const client = new DarkroomClient({ baseUrl: url });
  const next = `${commandName()} ${task === 'detection' ? 'detect' : 'segment'} photo.jpg --model ${id} --out results`;
  const isServed = { url, isServed: true, detail: `Darkroom at ${url} serves it now. Next: ${next}` };
  const deadlineMs = Date.now() + PATIENCE_MS;
  return step(terminal, `waiting for ${url} to serve it`, async () => {
    for (;;) {
      try {
        const found = await client.model(id, { signal }).catch(unknownModel);
        if (found?.version === version && found.state !== 'offline') return isServed;
        const problems = await whyLeftOut(client, folder, signal);
        if (problems)
          return { url, isServed: false, detail: `Darkroom at ${url} leaves it out:\n${problems}` };
      } catch (error) {
        return notReached(error, url, next);
      }
      if (Date.now() > deadlineMs) {
        const detail = `Darkroom at ${url} doesn’t serve it yet. Do its workers read ${folder} (DARKROOM_MODELS_DIR)?`;
        return { url, isServed: false, detail };
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  });
}

function unknownModel(error: unknown): null {
  if (error instanceof DarkroomProblem && error.code === 'model_not_found') return null;
  throw error;
}

async function whyLeftOut(
  client: DarkroomClient,
  folder: string,
  signal: AbortSignal,
): Promise<string | null> {
  const workers = await client.workers({ signal });
  const rejected = workers
    .flatMap(({ rejected_models }) => rejected_models)
    .find((one) => basename(one.folder) === basename(folder));
  return rejected ? rejected.problems.map((problem) => `  ${problem}`).join('\n') : null;
}

function notReached(error: unknown, url: string, next: string): Serving {
  if (error instanceof DarkroomUnreachable) {
    return { url, isServed: false, detail: `No Darkroom runs at ${url}. Next: npm start, then ${next}` };
  }
  if (error instanceof DarkroomProblem) {
    return {
      url,
      isServed: false,
      detail: `Darkroom at ${url} doesn’t tell whether it serves it: ${error.message}`,
    };
  }
  throw error;
}
