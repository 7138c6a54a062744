import type { FastifyInstance } from 'fastify';
import type { Static, TObject, TProperties } from 'typebox';
import type { Services } from '../services.js';
import type { CompatJobs } from './compat-jobs.js';

/**
 * An existing service whose clients Darkroom answers as that service did: the same paths, fields, answers and errors,
 * translated to ordinary jobs.
 */
export interface CompatService<Settings extends TProperties = TProperties> {
  /** As `DARKROOM_COMPAT` names it. */
  readonly name: string;
  /** Environment variables of its own, by name, each beginning with `DARKROOM_COMPAT_`. */
  readonly settings: Settings;
  /**
   * Adds its routes, with their whole paths.
   * @param app a context of its own: its hooks, its error handler and its body parsers concern nobody else
   */
  register(app: FastifyInstance, context: CompatContext<Settings>): void | Promise<void>;
}

/** What the routes of a {@link CompatService} work with. */
export interface CompatContext<Settings extends TProperties> {
  readonly services: Services;
  readonly settings: Static<TObject<Settings>>;
  /** Its jobs. */
  readonly jobs: CompatJobs;
}

/** Gives `context.settings` of {@link CompatService.register} the types that the schemas of the settings say. */
export function defineCompatService<const Settings extends TProperties>(
  service: CompatService<Settings>,
): CompatService<Settings> {
  return service;
}
