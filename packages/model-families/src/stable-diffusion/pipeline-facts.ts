import type { CandidateCompanion } from '../recognition.js';

type Config = Readonly<Record<string, unknown>>;

/** What a pipeline's configurations say for its manifest. */
export interface PipelineFacts {
  readonly familyOptions: Readonly<Record<string, unknown>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What of it can't be done here; `null`: nothing. */
  readonly unsupported: string | null;
}

/** Pipelines of diffusers that mend old configurations of schedulers. */
const MENDING = /^(Onnx|ORT)?StableDiffusion(Img2Img)?Pipeline$/;

/** As diffusers has them where a configuration says nothing: of the autoencoders of SD 1 and 2, and of SDXL. */
const LATENT_SCALE = 0.18215;
const LATENT_SCALE_OF_PAIR = 0.13025;
const LEVELS = 4;
const LARGEST_STEP = 1024;

export function pipelineFacts(
  index: Config,
  companions: readonly CandidateCompanion[],
  { hasPair, isToldScale }: { readonly hasPair: boolean; readonly isToldScale: boolean },
): PipelineFacts {
  const config = (path: string): Config =>
    companions.find((companion) => companion.path.replaceAll('\\', '/') === path)?.config ?? {};
  const vae = [config('vae_decoder/config.json'), config('vae/config.json')].find(isSaid) ?? {};
  const unet = config('unet/config.json');
  const pixelsPerLatent = 2 ** (levelsOf(vae) - 1);
  const usualScale = hasPair ? LATENT_SCALE_OF_PAIR : LATENT_SCALE;
  const sideStep = Math.min(pixelsPerLatent * 2 ** (levelsOf(unet) - 1), LARGEST_STEP);
  const [height, width] = [unet.sample_size].flat().map(Number);
  const sides = sidesOf(width ?? height, height, pixelsPerLatent, sideStep);
  return {
    familyOptions: {
      latent_scale: positive(vae.scaling_factor) ?? usualScale,
      ...(pixelsPerLatent !== 8 && { pixels_per_latent: pixelsPerLatent }),
      ...(sideStep !== pixelsPerLatent && { side_step: sideStep }),
      ...(hasPair && { zero_empty_prompt: index.force_zeros_for_empty_prompt !== false }),
      ...(!MENDING.test(String(index._class_name)) && { mend_scheduler: false }),
    },
    defaults: { ...sides, ...usualOf(hasPair, isToldScale) },
    unsupported: unsupportedOf(vae),
  };
}

const isSaid = (config: Config) => Object.keys(config).length > 0;

/** Each level halves what comes from the one before, but for the first. */
function levelsOf({ block_out_channels: channels }: Config): number {
  return Array.isArray(channels) && channels.length > 0 && channels.length < 8 ? channels.length : LEVELS;
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}

/** Nothing where the network doesn't tell a size, or one that it could not make itself. */
function sidesOf(width: number | undefined, height: number | undefined, perLatent: number, step: number) {
  const sides = { width: (width ?? 0) * perLatent, height: (height ?? 0) * perLatent };
  const isUsable = Object.values(sides).every(
    (side) => Number.isInteger(side) && side > 0 && side % step === 0,
  );
  return isUsable ? sides : {};
}

/** As diffusers' pipelines have them: of SDXL, and of those that are told the guidance scale. */
function usualOf(hasPair: boolean, isToldScale: boolean): Readonly<Record<string, number>> {
  if (isToldScale) return { steps: 4, guidance_scale: 8.5 };
  return hasPair ? { guidance_scale: 5, strength: 0.3 } : {};
}

function unsupportedOf(vae: Config): string | null {
  const shifts = ['latents_mean', 'latents_std', 'shift_factor'].filter(
    (name) => (vae[name] ?? null) !== null,
  );
  if (shifts.length === 0) return null;
  return `its autoencoder has ${shifts.join(' and ')}, which can’t be used here. Choose a model whose autoencoder only scales latents`;
}
