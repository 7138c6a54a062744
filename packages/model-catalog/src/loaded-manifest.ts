import type { CompleteManifest } from './complete-manifest.js';

/** A manifest that was read and checked, with what its files say. */
export interface LoadedManifest {
  readonly manifest: CompleteManifest;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  /** Absolute paths of the manifest's `files`, by part. */
  readonly files: Readonly<Record<string, string>>;
  /** First eight hex digits of the SHA-256 over the hashes of all files: changes whenever weights do. */
  readonly version: string;
}
