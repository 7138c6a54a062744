import { intAttribute, modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { SD_VOCABULARY_SIZE } from '@darkroom/testkit';
import { NetworkLayers } from '../network-layers.js';
import { TOKEN_HEADS, TOKEN_WIDTH, TOKENS } from './diffusion-sizes.js';

/** CLIP's has 12. */
const LAYERS = 2;

/**
 * A text encoder with the sizes of CLIP's ViT-L/14, which Stable Diffusion 1.5 has, but few layers and the letters that
 * tests have for words. Tokens attend to all others, not only to those before them.
 * @returns the bytes of the `.onnx` file
 */
export function textEncoderGraph(): Buffer {
  const inputs: ValueInfo[] = [{ name: 'input_ids', type: 'int64', dims: ['batch_size', TOKENS] }];
  const layers = new NetworkLayers(['input_ids']);
  const { graph } = layers;
  const table = layers.weights('table', [SD_VOCABULARY_SIZE, TOKEN_WIDTH], 1);
  const words = graph.add('Gather', [table, 'input_ids'], 'words', [intAttribute('axis', 0)]);
  let tokens = graph.add('Add', [words, layers.weights('places', [1, TOKENS, TOKEN_WIDTH], 1)], 'tokens');
  for (let layer = 0; layer < LAYERS; layer++) tokens = addLayer(layers, tokens);
  const name = graph.add('Identity', [layers.norm(tokens, TOKEN_WIDTH, 'normed')], 'last_hidden_state');
  const output: ValueInfo = { name, type: 'float32', dims: ['batch_size', TOKENS, TOKEN_WIDTH] };
  return modelBytes(graph.graph('text_encoder', inputs, [output]));
}

function addLayer(layers: NetworkLayers, tokens: string): string {
  const { graph } = layers;
  const size = TOKEN_WIDTH;
  const normed = layers.norm(tokens, size, 'normed');
  const linear = (x: string) => layers.linear(x, size, size, 'projected');
  const [queries, keys, values] = [linear(normed), linear(normed), linear(normed)];
  const attended = layers.attend({ queries, keys, values, size, heads: TOKEN_HEADS, name: 'attended' });
  const sum = graph.add('Add', [tokens, linear(attended)], 'tokens');
  const hidden = layers.perceptron(layers.norm(sum, size, 'normed'), [size, 4 * size, size], 'hidden');
  return graph.add('Add', [sum, hidden], 'tokens');
}
