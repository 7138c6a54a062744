import type { EmbeddingSource, Job, SegmentedMask } from '@darkroom/contracts';
import type { BenchService } from '../bench-service.js';
import { type JobTimeline, jobTimeline, stagesMs } from '../job-timeline.js';
import type { Place } from './prompt-places.js';

const WAIT_SECONDS = 50;

/** One prompt's way through the service. */
export interface PromptTimes {
  readonly embedding: EmbeddingSource | null;
  /** From sending the request until the answer was read. */
  readonly wallMs: number;
  /** What the worker took, from the picture's bytes to the result. */
  readonly workerMs: number;
  /** Of it, running graphs and making masks of what they give. */
  readonly inferenceMs: number;
}

export interface PromptAnswer {
  readonly job: Job;
  readonly times: PromptTimes;
  readonly mask: SegmentedMask;
}

/** A model in a service, asked by clicks. */
export class PromptedModel {
  readonly #service: BenchService;
  readonly #id: string;

  constructor(service: BenchService, id: string) {
    this.#service = service;
    this.#id = id;
  }

  /** Waits until the worker holds it in memory, with its first runs behind it. */
  async loaded(): Promise<void> {
    for (;;) {
      const { state, problem } = await this.#service.client.loadModel(this.#id, {
        waitSeconds: WAIT_SECONDS,
      });
      if (state === 'ready') return;
      if (state === 'failed') throw new Error(`the model could not be loaded: ${problem}`);
    }
  }

  /** @param image the bytes of a picture, or a job that had it */
  async ask(image: Buffer | Job, [x, y]: Place): Promise<PromptAnswer> {
    const { client } = this.#service;
    const sentAtMs = Date.now();
    const beganMs = performance.now();
    const submitted = await client.submitSegmentation(
      {
        image: Buffer.isBuffer(image) ? image : { job: image.id },
        model: this.#id,
        mode: 'prompts',
        prompts: [{ points: [{ x, y, positive: true }] }],
      },
      { waitSeconds: WAIT_SECONDS },
    );
    const job = submitted.finished_at === null ? await client.waitForEnd(submitted) : submitted;
    const wallMs = performance.now() - beganMs;
    const timeline = jobTimeline(job, { sentAtMs, answeredAtMs: Date.now(), wallMs });
    return { job, times: promptTimes(job, timeline), mask: onlyMask(job) };
  }
}

function promptTimes({ execution }: Job, timeline: JobTimeline): PromptTimes {
  return {
    embedding: execution?.embedding ?? null,
    wallMs: timeline.wallMs,
    workerMs: stagesMs(timeline),
    inferenceMs: timeline.inferenceMs,
  };
}

function onlyMask({ id, result }: Job): SegmentedMask {
  const masks = result && 'kind' in result && result.kind === 'masks' ? result.masks : [];
  if (masks.length === 1) return masks[0]!;
  throw new Error(`expected the job ${id} to have one mask, got ${masks.length}`);
}
