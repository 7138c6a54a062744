import { isDeepStrictEqual } from 'node:util';
import type { Catalog, LoadedManifest } from '@darkroom/model-catalog';
import type { Logger } from '@darkroom/service-kit';
import type { HostedModel } from './hosted-model.js';
import { ModelRejectedError, ProcessDiedError } from './inference-process.js';
import { LeftOutModels, type ModelFault } from './left-out-models.js';
import type { ModelPlaces } from './model-places.js';
import type { ServedModel } from './served-model.js';

/** What a roster is made of. */
export interface ModelRosterParts {
  readonly places: ModelPlaces;
  /** The model with the process that will hold it; `models` is how many share the machine with it, itself included. */
  readonly host: (model: LoadedManifest, models: number) => HostedModel;
  /** The model with the runner of its jobs and the consumer of its queue. */
  readonly serve: (hosted: HostedModel) => ServedModel;
  readonly onDevice: (device: string, reason: string) => void;
  /** Called when a model came or went, or for another reason. */
  readonly onChange: () => void;
  readonly logger: Logger;
}

/**
 * Which models a worker serves and which it leaves out. It follows the catalog as that changes: a model that is new
 * is checked and then served, one that is gone ends what it has in hand and is served no more, and one that is
 * another now is both.
 */
export class ModelRoster {
  readonly #parts: ModelRosterParts;
  readonly #leftOut: LeftOutModels;
  /** What of the catalog was taken up, by folder. */
  readonly #takenUp = new Map<string, LoadedManifest>();
  readonly #served = new Map<string, ServedModel>();
  /** Those that are gone and still have jobs in hand, by id. */
  readonly #retiring = new Map<string, { readonly served: ServedModel; readonly retired: Promise<void> }>();
  /** Folders whose manifests or files are wrong, as the catalog said last. */
  #unreadable: Catalog['rejected'] = [];
  /** Checks go one after the other: each takes as much memory as its model. */
  #lastCheck: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(parts: ModelRosterParts) {
    this.#parts = parts;
    this.#leftOut = new LeftOutModels({ logger: parts.logger, onChange: parts.onChange });
  }

  /** The models that are served. */
  get served(): readonly ServedModel[] {
    return [...this.#served.values()];
  }

  /** The models that are served, and those that still end what they have in hand. */
  get running(): readonly ServedModel[] {
    return [...this.served, ...[...this.#retiring.values()].map(({ served }) => served)];
  }

  get leftOut(): { folder: string; problems: string[] }[] {
    return this.#leftOut.list;
  }

  find(id: string): ServedModel | undefined {
    return this.#served.get(id);
  }

  /** Serves the models of a catalog and no others. @returns when all that are new were checked */
  async follow({ models, rejected }: Catalog): Promise<void> {
    const wanted = new Map(models.map((model) => [model.folder, model]));
    for (const model of this.#takenUp.values()) {
      // A models' folder that can't be read for a moment says nothing about what is in it.
      if (isInUnreadable(model.folder, rejected)) continue;
      if (!isDeepStrictEqual(wanted.get(model.folder), model)) this.#drop(model);
    }
    this.#noteUnreadable(rejected);
    const fresh = models.filter(({ folder }) => !this.#takenUp.has(folder));
    for (const model of fresh) this.#takenUp.set(model.folder, model);
    await Promise.all(fresh.map((model) => this.#checkAndServe(model, models.length)));
  }

  /** Checks nothing and takes nothing up any more; what is served goes on. */
  stop(): void {
    this.#isStopped = true;
    this.#leftOut.stop();
  }

  #noteUnreadable(rejected: Catalog['rejected']): void {
    for (const { folder } of this.#unreadable) {
      if (!rejected.some((other) => other.folder === folder)) this.#leftOut.remove(folder);
    }
    for (const { folder, problems } of rejected) {
      const known = this.#unreadable.find((other) => other.folder === folder);
      if (!isDeepStrictEqual(known?.problems, problems))
        this.#leftOut.add(folder, { problems, mayPass: false });
    }
    if (!isDeepStrictEqual(this.#unreadable, rejected)) this.#parts.onChange();
    this.#unreadable = rejected;
  }

  #drop({ folder, manifest: { id } }: LoadedManifest): void {
    this.#takenUp.delete(folder);
    this.#leftOut.remove(folder);
    const served = this.#served.get(id);
    if (served?.hosted.model.folder === folder) this.#retire(served);
    this.#parts.onChange();
  }

  #retire(served: ServedModel): void {
    const { id } = served;
    const { places, logger, onChange } = this.#parts;
    logger.info({ model: id, folder: served.hosted.model.folder }, 'model no longer served');
    this.#served.delete(id);
    const retired = places
      .remove(served)
      .then(() => served.retire())
      .catch((error: Error) => logger.warn({ model: id, err: error }, 'a model could not be let go'))
      .finally(() => {
        this.#retiring.delete(id);
        if (!this.#isStopped) onChange();
      });
    this.#retiring.set(id, { served, retired });
  }

  async #checkAndServe(model: LoadedManifest, models: number): Promise<void> {
    const { manifest, folder } = model;
    // Two of one id would take each other's jobs, and both would be in memory.
    await this.#retiring.get(manifest.id)?.retired;
    const hosted = this.#parts.host(model, models);
    const check = () => this.#inTurn(() => this.#check(hosted));
    const fault = await check();
    if (fault && this.#isWanted(model)) this.#leftOut.add(folder, fault, check);
    this.#parts.onChange();
  }

  /** Serves the model from now on if nothing is wrong with it. @returns what is */
  async #check(hosted: HostedModel): Promise<ModelFault | null> {
    if (!this.#isWanted(hosted.model)) return null;
    try {
      const { device, deviceReason } = await hosted.check();
      this.#parts.onDevice(device, deviceReason);
      if (this.#isWanted(hosted.model)) this.#serve(hosted);
      else await hosted.unload('removed');
      return null;
    } catch (error) {
      const mayPass =
        error instanceof ProcessDiedError || (error instanceof ModelRejectedError && error.mayPass);
      return { problems: [(error as Error).message], mayPass };
    }
  }

  #serve(hosted: HostedModel): void {
    const served = this.#parts.serve(hosted);
    this.#served.set(hosted.id, served);
    this.#parts.places.add(served);
    this.#parts.logger.info({ model: hosted.id, version: hosted.model.version }, 'model served');
  }

  /** The catalog may have changed since a check began. */
  #isWanted(model: LoadedManifest): boolean {
    return !this.#isStopped && this.#takenUp.get(model.folder) === model;
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#lastCheck.then(work);
    this.#lastCheck = done.catch(() => {});
    return done;
  }
}

function isInUnreadable(folder: string, rejected: Catalog['rejected']): boolean {
  return rejected.some((other) => folder.startsWith(`${other.folder}/`));
}
