import { DarkroomError } from '@darkroom/contracts';
import { type Pixels, pixelsOf, type ResampledPixels, resample } from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor, type Graph, toFloat32 } from '@darkroom/tensor';
import { feedTensor } from '../feed-tensor.js';
import { drawLatents } from './encoded-latents.js';
import { type LatentSize, lengthOf } from './latent-size.js';
import type { NoiseSource } from './noise/noise-source.js';
import type { VaeSignature } from './signature.js';

const RGB = 3;

interface VaeEnd {
  readonly graph: Graph;
  readonly signature: VaeSignature;
}

/** The graphs of a variational autoencoder. */
export interface LatentCodecParts {
  readonly decoder: VaeEnd;
  readonly encoder: VaeEnd | null;
  /** Latents of the network are those of the autoencoder times this. */
  readonly scale: number;
  readonly pixelsPerLatent: number;
}

/** How the latents of a picture are drawn. */
interface Drawing {
  readonly pictures: number;
  readonly size: LatentSize;
  readonly noise: NoiseSource;
}

/** From latents to pictures and back. */
export class LatentCodec {
  readonly #parts: LatentCodecParts;

  constructor(parts: LatentCodecParts) {
    this.#parts = parts;
  }

  /** @throws DarkroomError `option_not_supported` when no picture can be encoded */
  expectEncoder(): VaeEnd {
    const { encoder } = this.#parts;
    if (encoder) return encoder;
    const detail = 'The model cannot begin with a picture: it has no VAE encoder. Send no image.';
    throw new DarkroomError('option_not_supported', detail);
  }

  /** @param latents of one picture, as the network has them */
  async decode(latents: Float32Array, { channels, height, width }: LatentSize): Promise<Pixels> {
    const { decoder, scale, pixelsPerLatent } = this.#parts;
    const { inputName, inputType, outputName } = decoder.signature;
    const { fround } = Math;
    const divisor = fround(scale);
    const unscaled = latents.map((value) => value / divisor);
    const feed = feedTensor(unscaled, [1, channels, height, width], inputType);
    const { [outputName]: output } = await decoder.graph.run({ [inputName]: feed }, [outputName]);
    const expected = { width: width * pixelsPerLatent, height: height * pixelsPerLatent };
    return pixelsFrom(toFloat32(output!), expected);
  }

  /**
   * The latents that a picture begins with.
   * @param drawing noise for `[pictures, channels, height, width]`, where the encoder leaves the drawing to us
   * @returns of so many pictures as noise was drawn for, or of one
   */
  async encode(picture: Pixels, drawing: Drawing): Promise<Float32Array> {
    const { scale, pixelsPerLatent } = this.#parts;
    const encoder = this.expectEncoder();
    const { inputName, inputType, outputName } = encoder.signature;
    const [width, height] = [drawing.size.width, drawing.size.height].map((side) => side * pixelsPerLatent);
    const values = valuesOf(resample('pil-lanczos', picture, width!, height!));
    const feed = feedTensor(values, [1, RGB, height!, width!], inputType);
    const { [outputName]: output } = await encoder.graph.run({ [inputName]: feed }, [outputName]);
    const factor = Math.fround(scale);
    return drawn(toFloat32(output!), drawing).map((value) => value * factor);
  }
}

/** An older export gives latents that it drew itself; then there is nothing to draw. */
function drawn(encoded: Float32Tensor, { pictures, size, noise }: Drawing): Float32Array {
  const length = lengthOf(size);
  if (encoded.data.length === length) return encoded.data;
  const noises = new Float32Array(pictures * length);
  noise.fill(noises);
  const all = float32Tensor(repeated(encoded.data, pictures), [pictures, ...encoded.dims.slice(1)]);
  return drawLatents(all, noises).data;
}

function repeated(data: Float32Array, times: number): Float32Array {
  const all = new Float32Array(data.length * times);
  for (let i = 0; i < times; i++) all.set(data, i * data.length);
  return all;
}

/** Planes from -1 to 1. */
function valuesOf({ data, width, height }: ResampledPixels): Float32Array {
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
function pixelsFrom(
  { dims, data }: Float32Tensor,
  { width, height }: { readonly width: number; readonly height: number },
): Pixels {
  const expected = [1, RGB, height, width];
  if (dims.join() !== expected.join()) {
    throw new DarkroomError(
      'inference_failed',
      `Expected [${expected.join(', ')}] of the VAE decoder, got [${dims.join(', ')}]. ` +
        'Is pixels_per_latent in family_options right?',
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
