import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError, type ErrorCode, isEnded, type Warning } from '@darkroom/contracts';
import {
  type DeliveryOutcome,
  type DeliveryQueues,
  type JobFamily,
  type JobOutcome,
  type JobPart,
  type JobRecord,
  type JobStore,
  NO_OUTCOME,
  newJobId,
  nextStep,
  queueOf,
  readFamily,
  type StageTimings,
} from '@darkroom/jobs';
import type { Logger } from '@darkroom/service-kit';
import { heldUntilMs } from '../attempt-files.js';
import { beginChild, type DuePart } from './begin-child.js';
import { doneParts } from './done-parts.js';
import { type DoneParts, PARENT_TASKS, type ParentTask } from './parent-task.js';

/** One step of a parent, as long as this worker takes it. */
interface Step extends JobFamily {
  readonly token: string;
  readonly task: ParentTask;
  readonly done: DoneParts;
}

/** Takes the steps of jobs that several models do together: see `parent-steps.ts` of the jobs' package. */
export class ParentRunner {
  readonly #store: JobStore;
  readonly #blobs: BlobStore;
  readonly #deliveries: DeliveryQueues;
  readonly #logger: Logger;

  constructor(parts: {
    readonly store: JobStore;
    readonly blobs: BlobStore;
    readonly deliveries: DeliveryQueues;
    readonly logger: Logger;
  }) {
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#deliveries = parts.deliveries;
    this.#logger = parts.logger;
  }

  /** Handles one delivery: the step that is due now, if any. */
  async handle(jobId: string): Promise<DeliveryOutcome> {
    const token = randomUUID();
    const parent = await this.#store.beginStep(jobId, token);
    const task = parent && PARENT_TASKS[parent.task];
    if (!task) return 'done';
    // Read after the step began: what a step before it did is in there.
    const family = await readFamily(parent, (ids) => this.#store.getMany(ids));
    const step = { ...family, token, task, done: doneParts(family, this.#blobs) };
    await this.#take(step).catch((error: Error) => this.#failOf(step, error));
    return 'done';
  }

  async #take(step: Step): Promise<void> {
    const next = nextStep(step);
    if (next.kind === 'begin') await this.#begin(next.parts, step);
    else if (next.kind === 'finish') await this.#finish(step);
    else if (next.kind === 'stop') await this.#stop(next.child, step);
  }

  async #begin(parts: readonly JobPart[], { parent, token, task, done }: Step): Promise<void> {
    const due = await Promise.all(
      parts.map(async (part): Promise<DuePart> => {
        const { pictureFrom } = part;
        return {
          part,
          id: parent.children[part.name] ?? newJobId(Date.now()),
          options: await task.completeOptions(part, done),
          picture: pictureFrom === null ? parent.input.image : await task.madePicture(pictureFrom, done),
        };
      }),
    );
    const ids = Object.fromEntries(due.map(({ part, id }) => [part.name, id]));
    if (!(await this.#store.noteChildren(parent.id, token, { ...parent.children, ...ids }))) return;
    const to = { store: this.#store, blobs: this.#blobs, deliveries: this.#deliveries };
    for (const part of due) await beginChild(parent, part, to);
  }

  async #finish({ parent, children, token, task, done }: Step): Promise<void> {
    const { result, artifacts, modelVersion } = await task.merge(parent, done);
    // Two steps at once make the same; by its token each has a key of its own to let go of.
    const resultBlobKey = `result/${parent.id}/${token}`;
    const artifactKeys = artifacts.map(({ blobKey }) => blobKey);
    await this.#store.noteBlobs(parent.id, [resultBlobKey, ...artifactKeys]);
    const untilMs = heldUntilMs(parent);
    const held = await Promise.all(artifactKeys.map((key) => this.#blobs.hold(key, parent.id, untilMs)));
    if (held.includes(false)) {
      throw new DarkroomError(
        'internal_error',
        'A file of the job is gone from storage; submit the job again.',
      );
    }
    await this.#blobs.put(resultBlobKey, Buffer.from(JSON.stringify(result)), parent.id, untilMs);
    const outcome: JobOutcome = {
      ...NO_OUTCOME,
      modelVersion,
      resultBlobKey,
      artifacts,
      warnings: warningsOf(parent, children),
      timings: timingsOf([...children.values()]),
    };
    if (await this.#store.finish(parent.id, token, 'succeeded', outcome)) return;
    await this.#blobs.release(resultBlobKey, parent.id);
  }

  /** A child that was canceled takes its parent along; one that expired has the deadline of its parent, which expires too. */
  async #stop(child: JobRecord, step: Step): Promise<void> {
    const { parent } = step;
    if (child.status === 'canceled') await this.#store.cancel(parent.id);
    if (child.status === 'failed') {
      const { code, detail } = child.outcome.error!;
      await this.#fail(step, code, `The ${child.task} by ${child.model} (${child.id}) failed. ${detail}`);
    }
    await this.#cancelChildren(step);
  }

  async #failOf(step: Step, error: Error): Promise<void> {
    if (error instanceof DarkroomError) await this.#fail(step, error.code, error.message);
    else {
      this.#logger.error({ err: error, job: step.parent.id }, 'a step of a job went wrong');
      await this.#fail(
        step,
        'internal_error',
        `What its models made could not be put together: ${error.message}.`,
      );
    }
    await this.#cancelChildren(step);
  }

  async #fail({ parent, children, token }: Step, code: ErrorCode, detail: string): Promise<void> {
    const outcome = { ...NO_OUTCOME, warnings: warningsOf(parent, children), error: { code, detail } };
    await this.#store.finish(parent.id, token, 'failed', outcome);
  }

  async #cancelChildren({ children }: Step): Promise<void> {
    for (const child of children.values()) {
      if (isEnded(child.status)) continue;
      await this.#store.cancel(child.id);
      await this.#deliveries.remove(queueOf(child), child.id);
    }
  }
}

/** Those of the parent and of all children, each once. */
function warningsOf(parent: JobRecord, children: JobFamily['children']): Warning[] {
  const all = [parent, ...children.values()].flatMap(({ outcome }) => outcome.warnings);
  return [...new Map(all.map((warning) => [JSON.stringify(warning), warning])).values()];
}

/** What the children took together. */
function timingsOf(children: readonly JobRecord[]): StageTimings {
  const sum = (stage: keyof StageTimings) => {
    const total = children.reduce((before, { outcome }) => before + (outcome.timings?.[stage] ?? 0), 0);
    return Math.round(total * 10) / 10;
  };
  return {
    decode_ms: sum('decode_ms'),
    prepare_ms: sum('prepare_ms'),
    inference_ms: sum('inference_ms'),
    postprocess_ms: sum('postprocess_ms'),
  };
}
