import { DarkroomError } from '@darkroom/contracts';
import { type Pixels, pixelsOf, resample } from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor, type Graph, toFloat32 } from '@darkroom/tensor';
import { feedTensor } from '../feed-tensor.js';
import { drawLatents } from './encoded-latents.js';
import type { NoiseSource } from './noise/noise-source.js';
import type { VaeSignature } from './signature.js';
import type { LatentSize } from './unet.js';

const RGB = 3;

/** The graphs of a variational autoencoder. */
export interface LatentCodecParts {
  readonly decoder: { readonly graph: Graph; readonly signature: VaeSignature };
  readonly encoder: { readonly graph: Graph; readonly signature: VaeSignature } | null;
  /** Latents of the network are those of the autoencoder times this. */
  readonly scale: number;
}

/** From latents to pictures and back. */
export class LatentCodec {
  readonly #parts: LatentCodecParts;

  constructor(parts: LatentCodecParts) {
    this.#parts = parts;
  }

  /** @param latents of one picture, as the network has them */
  async decode(latents: Float32Array, { channels, height, width }: LatentSize): Promise<Pixels> {
    const { graph, signature } = this.#parts.decoder;
    const { fround } = Math;
    const scale = fround(this.#parts.scale);
    const unscaled = latents.map((value) => fround(value / scale));
    const feed = feedTensor(unscaled, [1, channels, height, width], signature.inputType);
    const { [signature.outputName]: output } = await graph.run({ [signature.inputName]: feed }, [
      signature.outputName,
    ]);
    return pixelsFrom(toFloat32(output!));
  }

  /**
   * The latents that a picture begins with.
   * @param draw noise for `[pictures, channels, height, width]`, where the encoder leaves the drawing to us
   * @returns of so many pictures as noise was drawn for
   */
  async encode(
    picture: Pixels,
    { width, height }: { readonly width: number; readonly height: number },
    {
      pictures,
      size,
      noise,
    }: { readonly pictures: number; readonly size: LatentSize; readonly noise: NoiseSource },
  ): Promise<Float32Array> {
    const { graph, signature } = this.#parts.encoder!;
    const values = valuesOf(resample('pil-lanczos', picture, width, height));
    const feed = feedTensor(values, [1, RGB, height, width], signature.inputType);
    const { [signature.outputName]: output } = await graph.run({ [signature.inputName]: feed }, [
      signature.outputName,
    ]);
    const encoded = this.#drawn(toFloat32(output!), pictures, size, noise);
    const scale = Math.fround(this.#parts.scale);
    return encoded.map((value) => value * scale);
  }

  #drawn(
    encoded: Float32Tensor,
    pictures: number,
    { channels, height, width }: LatentSize,
    noise: NoiseSource,
  ) {
    const length = channels * height * width;
    if (encoded.data.length === length) return encoded.data;
    const drawn = new Float32Array(pictures * length);
    noise.fill(drawn);
    const all = float32Tensor(repeated(encoded.data, pictures), [pictures, ...encoded.dims.slice(1)]);
    return drawLatents(all, drawn).data;
  }
}

function repeated(data: Float32Array, times: number): Float32Array {
  const all = new Float32Array(data.length * times);
  for (let i = 0; i < times; i++) all.set(data, i * data.length);
  return all;
}

/** Planes from -1 to 1. */
function valuesOf({
  data,
  width,
  height,
}: {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}) {
  const { fround } = Math;
  const plane = width * height;
  const values = new Float32Array(RGB * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < RGB; c++) values[c * plane + i] = 2 * fround(data[i * RGB + c]! / 255) - 1;
  }
  return values;
}

/**
 * A picture of planes from -1 to 1, as diffusers makes one: halves are rounded to even.
 * @throws DarkroomError `inference_failed` for another shape
 */
function pixelsFrom({ dims, data }: Float32Tensor): Pixels {
  const [, channels, height = 0, width = 0] = dims;
  if (dims.length !== 4 || channels !== RGB) {
    throw new DarkroomError(
      'inference_failed',
      `Expected [1, 3, height, width] of the VAE decoder, got [${dims.join(', ')}].`,
    );
  }
  const { fround } = Math;
  const plane = width * height;
  // The clamped array rounds halves to even, and what is no number to 0.
  const bytes = new Uint8ClampedArray(plane * RGB);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < RGB; c++) {
      const value = Math.min(Math.max(fround(data[c * plane + i]! / 2 + 0.5), 0), 1);
      bytes[i * RGB + c] = fround(value * 255);
    }
  }
  return pixelsOf(new Uint8Array(bytes.buffer), width, height);
}
