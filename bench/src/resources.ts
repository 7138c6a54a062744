/** What a run of the bench has started, to be stopped however the run ends: the last first. */
export class Resources {
  readonly #stops: (() => Promise<void>)[] = [];

  /** @returns the resource itself */
  add<Resource>(resource: Resource, stop: (resource: Resource) => Promise<void>): Resource {
    this.#stops.push(() => stop(resource));
    return resource;
  }

  /** Stops everything, also where stopping one thing fails. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop().catch(() => {});
  }
}
