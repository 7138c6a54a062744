import { intAttribute, modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { NetworkLayers } from '../network-layers.js';
import { activate, convolve, enlarge, normalizeGroups, type Planes, silu } from './convolutions.js';
import { LATENT_CHANNELS, LATENT_SIDE, TOKEN_WIDTH, TOKENS } from './diffusion-sizes.js';

/** Of latents of 64, 32 and 16 a side; Stable Diffusion 1.5 has 320, 640 and 1280, and 1280 at 8, too. */
const CHANNELS = [64, 128, 256] as const;
const BLOCKS_PER_LEVEL = 2;
/** Where pixels attend to each other and to the tokens: as in the original, but not at the largest. */
const FIRST_ATTENDING_LEVEL = 1;
const HEADS = 8;
const FREQUENCIES = 32;
const TIME_WIDTH = 256;
const LONGEST_PERIOD = 10_000;
const ONNX_FLOAT = 1;

/**
 * A UNet with the inputs and the output of Stable Diffusion 1.5, made of its layers, with random weights and
 * about a fortieth of its arithmetic: 9 billion multiplications and additions for each row.
 * @returns the bytes of the `.onnx` file
 */
export function unetGraph(): Buffer {
  const latents = ['batch_size', LATENT_CHANNELS, LATENT_SIDE, LATENT_SIDE];
  const inputs: ValueInfo[] = [
    { name: 'sample', type: 'float32', dims: latents },
    { name: 'timestep', type: 'int64', dims: [] },
    { name: 'encoder_hidden_states', type: 'float32', dims: ['batch_size', TOKENS, TOKEN_WIDTH] },
  ];
  const layers = new NetworkLayers(inputs.map(({ name }) => name));
  const time = addTime(layers, 'timestep');
  const block = (planes: Planes, channels: number, level: number) => {
    const changed = addResidual(layers, planes, channels, time);
    return level < FIRST_ATTENDING_LEVEL ? changed : addTransformer(layers, changed, 'encoder_hidden_states');
  };
  const skipped: Planes[] = [];
  const sample = { value: 'sample', channels: LATENT_CHANNELS, side: LATENT_SIDE };
  let planes = convolve(layers, sample, CHANNELS[0]);
  for (const [level, channels] of CHANNELS.entries()) {
    if (level > 0) planes = convolve(layers, planes, channels, 2);
    for (let i = 0; i < BLOCKS_PER_LEVEL; i++) planes = block(planes, channels, level);
    skipped.push(planes);
  }
  for (const [level, channels] of [...CHANNELS.entries()].reverse()) {
    if (level < CHANNELS.length - 1) planes = convolve(layers, enlarge(layers, planes), channels);
    planes = join(layers, planes, skipped[level]!);
    for (let i = 0; i < BLOCKS_PER_LEVEL; i++) planes = block(planes, channels, level);
  }
  const { value } = convolve(layers, activate(layers, planes), LATENT_CHANNELS);
  const { graph } = layers;
  const output = {
    name: graph.add('Identity', [value], 'out_sample'),
    type: 'float32',
    dims: latents,
  } as const;
  return modelBytes(graph.graph('unet', inputs, [output]));
}

/** Sines and cosines of the time, through a layer: `[1, TIME_WIDTH]`. */
function addTime(layers: NetworkLayers, timestep: string): string {
  const { graph } = layers;
  const number = graph.add('Cast', [timestep], 'time', [intAttribute('to', ONNX_FLOAT)]);
  const periods = Float32Array.from({ length: FREQUENCIES }, (_, i) => LONGEST_PERIOD ** (-i / FREQUENCIES));
  const frequencies = graph.constant('frequencies', 'float32', [1, FREQUENCIES], periods);
  const angles = graph.add('Mul', [number, frequencies], 'angles');
  const waves = [graph.add('Sin', [angles], 'sines'), graph.add('Cos', [angles], 'cosines')];
  const embedding = graph.add('Concat', waves, 'time', [intAttribute('axis', 1)]);
  return silu(layers, layers.linear(embedding, 2 * FREQUENCIES, TIME_WIDTH, 'time'));
}

/** Two convolutions, which are told the time in between, added to what went in. */
function addResidual(layers: NetworkLayers, planes: Planes, channels: number, time: string): Planes {
  const { graph } = layers;
  const first = convolve(layers, activate(layers, planes), channels);
  const told = layers.reshape(layers.linear(time, TIME_WIDTH, channels, 'told'), [1, channels, 1, 1], 'told');
  const timed = { ...first, value: graph.add('Add', [first.value, told], 'timed') };
  const second = convolve(layers, activate(layers, timed), channels);
  const kept = planes.channels === channels ? planes : convolve(layers, planes, channels);
  return { ...second, value: graph.add('Add', [second.value, kept.value], 'residual') };
}

/** Pixels attend to each other, then to the tokens, then each passes a perceptron. */
function addTransformer(layers: NetworkLayers, planes: Planes, tokens: string): Planes {
  const { channels: size, side } = planes;
  const { graph } = layers;
  const flat = layers.reshape(normalizeGroups(layers, planes), [0, size, -1], 'pixels');
  let pixels = layers.transpose(flat, [0, 2, 1], 'pixels');
  const attendTo = (seen: string | null, width: number) => {
    const normed = layers.norm(pixels, size, 'normed');
    const linear = (x: string, inputs: number) => layers.linear(x, inputs, size, 'projected');
    const [keys, values] = [linear(seen ?? normed, width), linear(seen ?? normed, width)];
    const queries = linear(normed, size);
    const attended = layers.attend({ queries, keys, values, size, heads: HEADS, name: 'attended' });
    pixels = graph.add('Add', [pixels, linear(attended, size)], 'pixels');
  };
  attendTo(null, size);
  attendTo(tokens, TOKEN_WIDTH);
  const normed = layers.norm(pixels, size, 'normed');
  const hidden = layers.gelu(layers.linear(normed, size, 4 * size, 'hidden'), 'hidden');
  pixels = graph.add('Add', [pixels, layers.linear(hidden, 4 * size, size, 'hidden')], 'pixels');
  const back = layers.reshape(layers.transpose(pixels, [0, 2, 1], 'planes'), [0, size, side, side], 'planes');
  return { ...planes, value: graph.add('Add', [planes.value, back], 'transformed') };
}

function join({ graph }: NetworkLayers, a: Planes, b: Planes): Planes {
  const value = graph.add('Concat', [a.value, b.value], 'joined', [intAttribute('axis', 1)]);
  return { value, channels: a.channels + b.channels, side: a.side };
}
