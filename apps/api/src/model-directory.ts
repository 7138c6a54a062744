import {
  type Capability,
  DarkroomError,
  type Label,
  type Model,
  type ModelState,
  type ModelSummary,
  type Task,
  USUAL_CAPABILITIES,
} from '@darkroom/contracts';
import {
  type DeliveryQueues,
  modelQueue,
  type Registry,
  type RunTimes,
  type WorkerRegistry,
} from '@darkroom/jobs';
import type { NeededCapability } from './submission/task-rules.js';

/** What was read from the registry is good for so long; a submission then costs no extra round trip. */
const FRESH_MS = 500;

/** What the api knows of the models, from what the workers say. */
export class ModelDirectory {
  readonly #registry: WorkerRegistry;
  readonly #preferredIds: readonly string[];
  #cached: { readonly registry: Registry; readonly readAtMs: number } | undefined;

  /** @param preferredIds models to use where a request names none, in this order */
  constructor(registry: WorkerRegistry, preferredIds: readonly string[]) {
    this.#registry = registry;
    this.#preferredIds = preferredIds;
  }

  async read(): Promise<Registry> {
    const isFresh = this.#cached && Date.now() - this.#cached.readAtMs <= FRESH_MS;
    return isFresh ? this.#cached!.registry : this.readAnew();
  }

  /** For whoever just changed something, and has to see what became of it. */
  async readAnew(): Promise<Registry> {
    const readAtMs = Date.now();
    const registry = await this.#registry.read();
    this.#cached = { registry, readAtMs };
    return registry;
  }

  /** @throws DarkroomError `model_not_found`, naming those there are */
  find(registry: Registry, id: string): ModelSummary {
    const model = registry.models.find((candidate) => candidate.id === id);
    if (model) return model;
    const ids = registry.models.map((candidate) => candidate.id);
    throw new DarkroomError(
      'model_not_found',
      `There is no model "${id.slice(0, 80)}". ${listOf('Models', ids)}`,
    );
  }

  /**
   * The model a request is for.
   * @param id as the request names it; none: the default among the models that can do what is asked
   * @throws DarkroomError `model_not_found`, `model_task_mismatch` or `option_not_supported`, each naming what there is
   */
  async choose(
    task: Task,
    id: string | undefined,
    needed: readonly NeededCapability[],
  ): Promise<ModelSummary> {
    const capabilities = needed.map(({ capability }) => capability);
    const registry = await this.read();
    if (id === undefined) {
      const chosen = this.defaultOf(registry, task, capabilities);
      if (chosen) return chosen;
      throw noModelFor(registry, task, needed);
    }
    const model = this.find(registry, id);
    const others = registry.models
      .filter((candidate) => can(candidate, task, capabilities))
      .map(({ id }) => id);
    if (model.task !== task) {
      throw new DarkroomError(
        'model_task_mismatch',
        `The model "${id}" is made for ${model.task}, not for ${task}. ${listOf(`Models for ${task}`, others)}`,
        { fields: [{ pointer: '#/model', detail: `Name a model for ${task}, or none.` }] },
      );
    }
    const missing = needed.filter(({ capability }) => !model.capabilities.includes(capability));
    if (missing.length > 0) {
      throw new DarkroomError(
        'option_not_supported',
        `The model "${id}" cannot do ${namesOf(missing)}; it can do ${model.capabilities.join(', ')}. ${listOf('Models that can', others)}`,
        { fields: fieldsOf(missing, (capability) => `"${id}" cannot do ${capability}.`) },
      );
    }
    return model;
  }

  /**
   * Models served now come before those whose workers are gone; then those the operator prefers, then the
   * operator's own before demo models, then those that can do what the task is usually about, then by id.
   */
  defaultOf(registry: Registry, task: Task, capabilities: readonly Capability[]): ModelSummary | null {
    const rank = (model: ModelSummary) => {
      const preferred = this.#preferredIds.indexOf(model.id);
      return [
        workersOf(registry, model.id).length > 0 ? 0 : 1,
        preferred < 0 ? this.#preferredIds.length : preferred,
        model.demo ? 1 : 0,
        model.capabilities.includes(USUAL_CAPABILITIES[task]) ? 0 : 1,
      ];
    };
    const candidates = registry.models.filter((model) => can(model, task, capabilities));
    // The registry's models are ordered by id, and sorting keeps that order among equals.
    return candidates.sort((a, b) => compareRanks(rank(a), rank(b)))[0] ?? null;
  }

  /** The classes of a model as it is now; none for one that nobody ever served. */
  async labelsOf(id: string): Promise<readonly Label[]> {
    return (await this.read()).models.find((model) => model.id === id)?.labels ?? [];
  }

  /** Models as users see them. */
  async describe(
    registry: Registry,
    models: readonly ModelSummary[],
    from: { readonly runTimes: RunTimes; readonly deliveries: DeliveryQueues },
  ): Promise<Model[]> {
    const usualMs = await from.runTimes.usualMs(models.map(({ id }) => id));
    return Promise.all(
      models.map(async (model) => ({
        ...model,
        default: this.defaultOf(registry, model.task, [])?.id === model.id,
        ...stateOf(registry, model.id),
        workers: workersOf(registry, model.id),
        queue_depth: await from.deliveries.depth(modelQueue(model.id)),
        usual_ms: usualMs.get(model.id) ?? null,
      })),
    );
  }
}

/** Ids of the workers that serve a model now. */
export function workersOf(registry: Registry, modelId: string): string[] {
  return registry.workers.flatMap((worker) =>
    worker.models.some((model) => model.id === modelId && model.state !== 'failed') ? [worker.id] : [],
  );
}

/** Ids of the workers that hold a model now, also of those where it failed to load. */
export function holdersOf(registry: Registry, modelId: string): string[] {
  return registry.workers
    .filter((worker) => worker.models.some((model) => model.id === modelId))
    .map(({ id }) => id);
}

function stateOf(registry: Registry, modelId: string): { state: ModelState; problem: string | null } {
  const held = registry.workers.flatMap((worker) => worker.models.filter((model) => model.id === modelId));
  const best = (['ready', 'loading', 'unloaded', 'failed'] as const).find((state) =>
    held.some((model) => model.state === state),
  );
  const problem = held.find((model) => model.problem !== null)?.problem ?? null;
  return { state: best ?? 'offline', problem };
}

function can(model: ModelSummary, task: Task, capabilities: readonly Capability[]): boolean {
  return model.task === task && capabilities.every((capability) => model.capabilities.includes(capability));
}

function noModelFor(registry: Registry, task: Task, needed: readonly NeededCapability[]): DarkroomError {
  const ofTask = registry.models.filter((model) => model.task === task).map((model) => model.id);
  if (needed.length === 0 || ofTask.length === 0) {
    return new DarkroomError(
      'model_not_found',
      `No worker has served a model for ${task} yet. Start a worker, or see its log if one runs: GET /v1/workers lists model folders that were left out, and why.`,
    );
  }
  const asking = needed.map(({ field }) => `"${field}"`).join(' and ');
  return new DarkroomError(
    'option_not_supported',
    `None of the models for ${task} can do ${namesOf(needed)}, which ${asking} ask${needed.length > 1 ? '' : 's'} for. ${listOf('Models', ofTask)}`,
    { fields: fieldsOf(needed, () => `No model for ${task} can do ${namesOf(needed)}.`) },
  );
}

function namesOf(needed: readonly NeededCapability[]): string {
  return needed.map(({ capability }) => capability).join(' and ');
}

function fieldsOf(needed: readonly NeededCapability[], detailOf: (capability: Capability) => string) {
  return needed.map(({ capability, field }) => ({ pointer: `#/${field}`, detail: detailOf(capability) }));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

function listOf(what: string, ids: readonly string[]): string {
  return ids.length === 0 ? `${what}: none yet.` : `${what}: ${ids.join(', ')}.`;
}
