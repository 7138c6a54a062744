import { readFileSync } from 'node:fs';
import type { GenerationOptions } from '@darkroom/contracts';
import { decodeNpy } from '@darkroom/tensor';
import type { SdModel } from '@darkroom/testkit';

const FOLDER = new URL('../../../golden/stable-diffusion/', import.meta.url);

/** What a plain reference makes of the tiny graphs in the testkit. */
export interface GoldenGeneration {
  readonly title: string;
  readonly kind: NonNullable<SdModel['kind']>;
  readonly options: Partial<GenerationOptions>;
  /** Width and height of the striped picture that it begins with. */
  readonly image?: readonly [number, number];
  /** How often the network was asked. */
  readonly evaluations: number;
  readonly pictures: number;
  readonly first_row: number;
}

/** See `golden/README.md`. */
export const goldenGenerations: readonly GoldenGeneration[] = JSON.parse(
  readFileSync(new URL('pipeline.json', FOLDER), 'utf8'),
);

const latents = decodeNpy(readFileSync(new URL('pipeline.npy', FOLDER)));

/** The last latents of one picture. */
export function goldenLatentsOf({ first_row }: GoldenGeneration, picture: number): Float32Array {
  const length = latents.dims[1]!;
  const row = first_row + picture;
  return latents.data.slice(row * length, (row + 1) * length) as Float32Array;
}
