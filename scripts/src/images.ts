import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './environment.js';
import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { Buildah, type ImageRecipe } from './images/buildah.js';
import {
  developmentOnly,
  findImageProblems,
  type Unwanted,
  WHAT_RUNS_NETWORKS,
} from './images/image-contents.js';
import { tryAllInOne, tryApiAndWorker, type UnpackedImage } from './images/image-trials.js';
import { readNetworkSettings } from './images/network-settings.js';
import { referenceOutcome } from './images/reference-outcome.js';
import { ensureRequiredPrograms } from './images/required-programs.js';
import { expectSameOutcome, type SampleOutcome, shownClasses } from './images/sample-job.js';
import { baseImageOf, ensureStandInBase } from './images/stand-in-base.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { step } from './step.js';
import { onStopRequest } from './stop-requests.js';
import { terminal } from './terminal.js';

const API = { name: 'darkroom-api', dockerfile: 'Dockerfile.api', target: 'api' };
const WORKER = { name: 'darkroom-worker', dockerfile: 'Dockerfile.worker', target: 'cpu' };
const ALL_IN_ONE = { name: 'darkroom', dockerfile: 'Dockerfile.worker', target: 'all-in-one' };
const NAMES = [API, WORKER, ALL_IN_ONE].map(({ name }) => name);
/** The base stays there for the next time, and what builds have downloaded. */
const FOLDER = join(REPOSITORY_ROOT, 'node_modules', '.cache', 'darkroom-images');
const CLEANING_TIMEOUT_MS = 60_000;

/*
 * `npm run images`: builds the images without a Docker engine, on a stand-in for their base image, and runs a job
 * through them. docs/containers.md says what that proves.
 */
await runAsScript(async () => {
  const environment = readEnvironment({ envFile: false });
  await ensureRequiredPrograms(environment);
  const stop = new AbortController();
  onStopRequest(
    () => stop.abort(),
    () => process.exit(1),
  );
  try {
    await buildAndTry(environment.certificatesFile, stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? new ExpectedFailure('stopped before the end') : error;
  } finally {
    await new Buildah(FOLDER, AbortSignal.timeout(CLEANING_TIMEOUT_MS)).clean(NAMES);
  }
});

async function buildAndTry(certificatesFile: string | undefined, signal: AbortSignal): Promise<void> {
  const buildah = new Buildah(FOLDER, signal);
  await buildah.clean(NAMES);
  const volumes = await prepareBase(buildah, certificatesFile, signal);
  const api = await build(buildah, API, volumes, [developmentOnly(), WHAT_RUNS_NETWORKS]);
  const worker = await build(buildah, WORKER, volumes, [developmentOnly()]);
  const allInOne = await build(buildah, ALL_IN_ONE, volumes, [developmentOnly()]);
  const reference = await step(
    { doing: 'running a job in the checkout', done: 'job in the checkout, for comparison' },
    () => referenceOutcome(signal),
  );
  const tried = (what: string, work: () => Promise<SampleOutcome>) =>
    step({ doing: `running a job through ${what}`, done: `job through ${what}: the same` }, async () =>
      expectSameOutcome(await work(), reference),
    );
  await tried('api and worker', () => tryApiAndWorker({ api, worker }, signal));
  await tried('all-in-one', () => tryAllInOne(allInOne, signal));
  terminal.line(`The images find in shapes-1.jpg what the checkout finds: ${shownClasses(reference)}`);
}

/** @returns what builds need to see to reach package registries as this machine does */
async function prepareBase(
  buildah: Buildah,
  certificatesFile: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const base = baseImageOf(readFileSync(join(REPOSITORY_ROOT, API.dockerfile), 'utf8'));
  const network = await readNetworkSettings(join(FOLDER, 'network'), base.release, certificatesFile);
  const options = { folder: FOLDER, mirror: network.debianMirror, signal };
  await step(
    {
      doing: `making a stand-in for ${base.name}`,
      done: (isNew: boolean) => `stand-in for ${base.name} ${isNew ? 'made' : 'was there'}`,
    },
    () => ensureStandInBase(buildah, base, options),
  );
  return network.volumes;
}

/** Builds an image and checks what is in it. @throws ExpectedFailure when there is what should not be */
async function build(
  buildah: Buildah,
  recipe: ImageRecipe,
  volumes: readonly string[],
  unwanted: readonly Unwanted[],
): Promise<UnpackedImage> {
  const { name, target } = recipe;
  await step({ doing: `building ${name}`, done: (size: string) => `${target} built, ${size}` }, async () => {
    await buildah.build(recipe, volumes);
    return buildah.size(name);
  });
  const config = await buildah.config(name);
  if (config === null) throw new ExpectedFailure(`buildah has built ${name}, but does not know it`);
  const root = await buildah.unpack(name);
  const problems = findImageProblems(root, config, unwanted);
  if (problems.length > 0) {
    throw new ExpectedFailure(
      `${name} is not as it should be:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  return { root, config };
}
