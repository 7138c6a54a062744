import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { DarkroomClient } from '@darkroom/client';
import type { SemanticResult } from '@darkroom/contracts';
import { chooseDemoModel } from '../choose-demo-model.js';
import { ExpectedFailure } from '../expected-failure.js';
import { REPOSITORY_ROOT } from '../repository-root.js';
import type { RunningImage } from './running-image.js';

/** What came of the sample picture. */
export interface SampleOutcome {
  readonly result: SemanticResult;
  readonly segmentationMap: Buffer;
}

const FILE_NAME = 'shapes-1.jpg';
const READY_TIMEOUT_MS = 60_000;
const JOB_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/**
 * Waits until a service can take jobs and run them.
 *
 * @throws ExpectedFailure when one of the images it is made of ends, or it takes too long
 */
export async function untilReady(
  client: DarkroomClient,
  images: readonly RunningImage[],
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    for (const image of images) image.throwIfEnded();
    // No answer yet is no failure yet.
    const readiness = await client.readiness({ signal }).catch(() => null);
    if (readiness?.status === 'ready') return;
    if (Date.now() > deadlineMs) {
      throw new ExpectedFailure(
        `not ready after ${READY_TIMEOUT_MS / 1000} s:\n${images.map(({ output }) => output).join('\n')}`,
      );
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

/** Has a sample picture segmented by the demo model. @throws ExpectedFailure when the job does not succeed */
export async function runSampleJob(client: DarkroomClient, signal: AbortSignal): Promise<SampleOutcome> {
  const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(JOB_TIMEOUT_MS)]) };
  const image = readFileSync(join(REPOSITORY_ROOT, 'examples', 'pictures', FILE_NAME));
  const { id: model } = await chooseDemoModel(client, { task: 'segmentation', capability: 'semantic' });
  const submitted = await client.submitSegmentation({ image, fileName: FILE_NAME, model }, options);
  const job = await client.waitForEnd(submitted, options);
  if (job.status !== 'succeeded' || job.result === null || !('classes' in job.result)) {
    throw new ExpectedFailure(`the job for ${FILE_NAME} is ${job.status}: ${JSON.stringify(job.error)}`);
  }
  const segmentationMap = Buffer.from(await client.artifact(job, 'segmentation_map.png', options));
  return { result: job.result, segmentationMap };
}

/** @throws ExpectedFailure when two runs of the same model on the same picture have not come to the same */
export function expectSameOutcome(actual: SampleOutcome, expected: SampleOutcome): void {
  if (!isDeepStrictEqual(actual.result, expected.result)) {
    throw new ExpectedFailure(
      `the image comes to another result than the checkout:\n${JSON.stringify(actual.result)}\n${JSON.stringify(expected.result)}`,
    );
  }
  if (!actual.segmentationMap.equals(expected.segmentationMap)) {
    throw new ExpectedFailure('the image makes another segmentation map than the checkout');
  }
}

/** The classes of a result for people: `circle 12 %, square 3 %`. */
export function shownClasses({ result }: SampleOutcome): string {
  const shown = result.classes.map(({ label, fraction }) => `${label} ${(fraction * 100).toFixed(1)} %`);
  return shown.join(', ');
}
