import { intAttribute, intsAttribute, modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { NetworkLayers } from '../network-layers.js';
import { addDrawnMasks } from './drawn-masks.js';
import { CELLS_SIDE, EMBEDDING_CHANNELS, EMBEDDING_SIDE, INPUT_SIDE } from './sam-sizes.js';

/** Of segment-anything's decoder, which is the same for all its encoders. */
const WIDTH = EMBEDDING_CHANNELS;
const DEPTH = 2;
const HEADS = 8;
const HIDDEN = 2048;
/** Attention to and from the picture has half the channels. */
const CROSS_WIDTH = WIDTH / 2;
/** One for prompts that are not ambiguous, which the split doesn't give, and three others. */
const MASK_TOKENS = 4;
const OUTPUT_TOKENS = 1 + MASK_TOKENS;
const UPSCALED = [WIDTH / 4, WIDTH / 8] as const;

const IMAGE = [1, EMBEDDING_CHANNELS, EMBEDDING_SIDE, EMBEDDING_SIDE];
const INPUTS: readonly ValueInfo[] = [
  { name: 'input_points', type: 'float32', dims: [1, 'prompts', 'points', 2] },
  { name: 'input_labels', type: 'int64', dims: [1, 'prompts', 'points'] },
  { name: 'image_embeddings', type: 'float32', dims: IMAGE },
  { name: 'image_positional_embeddings', type: 'float32', dims: IMAGE },
];

/** What goes through the two-way transformer. */
interface TwoWay {
  /** `[prompts, tokens, 256]` */
  readonly tokens: string;
  /** `[prompts, 4096, 256]` */
  readonly image: string;
}

/**
 * A mask decoder of segment-anything's size, in the way of transformers' split (`prompt_encoder_mask_decoder`), with
 * random weights. What they give is no mask of anything: a little of it is added to masks that are drawn around the
 * first point, so that there is something to look through, and all of the network is run.
 * @returns the bytes of the `.onnx` file, about 16 MB
 */
export function maskDecoderGraph(): Buffer {
  const layers = new NetworkLayers(INPUTS.map(({ name }) => name));
  const { graph } = layers;
  const points = graph.add('Squeeze', ['input_points', graph.integers([0])], 'points');
  const ofEachPrompt = (x: string, name: string) => addForEachPrompt(layers, x, points, name);
  const outputTokens = ofEachPrompt(
    layers.weights('output_tokens', [1, OUTPUT_TOKENS, WIDTH], 1),
    'output_tokens',
  );
  const prompt = addPrompt(layers, points, ofEachPrompt);
  const asked = graph.add('Concat', [outputTokens, prompt], 'tokens', [intAttribute('axis', 1)]);
  const nothingDense = layers.weights('no_mask', [1, WIDTH, 1, 1], WIDTH);
  const image = graph.add('Add', ['image_embeddings', nothingDense], 'image');
  const through = addTransformer(
    layers,
    { tokens: asked, image: ofEachPrompt(addAsTokens(layers, image), 'image') },
    addAsTokens(layers, 'image_positional_embeddings'),
  );
  const masks = addMasks(layers, through);
  const predictions = layers.perceptron(
    addToken(layers, through.tokens, 0),
    [WIDTH, WIDTH, WIDTH, MASK_TOKENS],
    'iou',
  );
  const drawn = addDrawnMasks(layers, points, {
    masks: addAllButFirst(layers, masks),
    predictions: addAllButFirst(layers, predictions),
  });
  const outputs = [
    { from: drawn.predictions, name: 'iou_scores', dims: [1, 'prompts', 3] },
    { from: drawn.masks, name: 'pred_masks', dims: [1, 'prompts', 3, CELLS_SIDE, CELLS_SIDE] },
  ].map(({ from, name, dims }): ValueInfo => {
    return { name: graph.add('Unsqueeze', [from, graph.integers([0])], name), type: 'float32', dims };
  });
  return modelBytes(graph.graph('mask_decoder', INPUTS, outputs));
}

/** Makes `[1, …]` into `[prompts, …]`. */
function addForEachPrompt(layers: NetworkLayers, x: string, points: string, name: string): string {
  const { graph } = layers;
  const prompts = graph.add('Gather', [graph.add('Shape', [points], name), graph.integers([0])], name);
  const shape = graph.add('Concat', [prompts, graph.integers([1, 1])], name, [intAttribute('axis', 0)]);
  return graph.add('Expand', [x, shape], name);
}

/** `[1, 256, 64, 64]` to `[1, 4096, 256]`. */
function addAsTokens(layers: NetworkLayers, image: string): string {
  return layers.transpose(layers.reshape(image, [0, WIDTH, -1], 'cells'), [0, 2, 1], 'cells');
}

/** Points as random waves of their places, and behind them the point that is none: `[prompts, points + 1, 256]`. */
function addPrompt(
  layers: NetworkLayers,
  points: string,
  ofEachPrompt: (x: string, name: string) => string,
): string {
  const { graph } = layers;
  const place = graph.add('Mul', [points, graph.scalar((4 * Math.PI) / INPUT_SIDE)], 'place');
  const waves = graph.add('MatMul', [place, layers.weights('waves', [2, WIDTH / 2], 2)], 'waves');
  const sides = [graph.add('Sin', [waves], 'waves'), graph.add('Cos', [waves], 'waves')];
  const places = graph.add('Concat', sides, 'places', [intAttribute('axis', -1)]);
  const labels = graph.add('Squeeze', ['input_labels', graph.integers([0])], 'labels');
  const kinds = graph.add('Gather', [layers.weights('kinds', [2, WIDTH], 1), labels], 'kinds');
  const none = ofEachPrompt(layers.weights('no_point', [1, 1, WIDTH], 1), 'no_point');
  return graph.add('Concat', [graph.add('Add', [places, kinds], 'points'), none], 'prompt', [
    intAttribute('axis', 1),
  ]);
}

/** `TwoWayTransformer`: tokens attend to each other and to the picture, the picture to the tokens. */
function addTransformer(
  layers: NetworkLayers,
  { tokens: asked, image: shown }: TwoWay,
  places: string,
): TwoWay {
  const { graph } = layers;
  let [tokens, image] = [asked, shown];
  const sum = (a: string, b: string, name: string) => graph.add('Add', [a, b], name);
  const after = (x: string, change: string, name: string) => layers.norm(sum(x, change, name), WIDTH, name);
  const placed = (name: string) => [sum(tokens, asked, name), sum(image, places, name)] as const;
  for (let depth = 0; depth < DEPTH; depth++) {
    const name = `layer_${depth}`;
    const own = depth === 0 ? tokens : sum(tokens, asked, name);
    const attended = addAttention(layers, own, own, tokens, WIDTH, name);
    tokens = depth === 0 ? layers.norm(attended, WIDTH, name) : after(tokens, attended, name);
    const [askers, cells] = placed(name);
    tokens = after(tokens, addAttention(layers, askers, cells, image, CROSS_WIDTH, name), name);
    tokens = after(tokens, layers.perceptron(tokens, [WIDTH, HIDDEN, WIDTH], name), name);
    const [answers] = placed(name);
    image = after(image, addAttention(layers, cells, answers, tokens, CROSS_WIDTH, name), name);
  }
  const [askers, cells] = placed('last');
  return {
    tokens: after(tokens, addAttention(layers, askers, cells, image, CROSS_WIDTH, 'last'), 'last'),
    image,
  };
}

function addAttention(
  layers: NetworkLayers,
  q: string,
  k: string,
  v: string,
  size: number,
  name: string,
): string {
  const [queries, keys, values] = [q, k, v].map((x) => layers.linear(x, WIDTH, size, name)) as [
    string,
    string,
    string,
  ];
  return layers.linear(layers.attend({ queries, keys, values, size, heads: HEADS, name }), size, WIDTH, name);
}

/** One of the tokens: `[prompts, 256]`. */
function addToken(layers: NetworkLayers, tokens: string, index: number): string {
  const { graph } = layers;
  const which = graph.constant('token', 'int64', [], BigInt64Array.of(BigInt(index)));
  return graph.add('Gather', [tokens, which], 'token', [intAttribute('axis', 1)]);
}

/** The picture four times larger, weighted for each mask by what its token says: `[prompts, 4, 256, 256]`. */
function addMasks(layers: NetworkLayers, { tokens, image }: TwoWay): string {
  const { graph } = layers;
  const cells = layers.reshape(
    layers.transpose(image, [0, 2, 1], 'cells'),
    [0, WIDTH, EMBEDDING_SIDE, EMBEDDING_SIDE],
    'cells',
  );
  const [half, quarter] = UPSCALED;
  const larger = layers.channelNorm(addTwiceAsLarge(layers, cells, WIDTH, half), half, 'larger');
  const largest = layers.gelu(
    addTwiceAsLarge(layers, layers.gelu(larger, 'larger'), half, quarter),
    'largest',
  );
  const weights = Array.from({ length: MASK_TOKENS }, (_, i) => {
    const weight = layers.perceptron(
      addToken(layers, tokens, 1 + i),
      [WIDTH, WIDTH, WIDTH, quarter],
      `mask_${i}`,
    );
    return graph.add('Unsqueeze', [weight, graph.integers([1])], `mask_${i}`);
  });
  const all = graph.add('Concat', weights, 'weights', [intAttribute('axis', 1)]);
  const masks = graph.add('MatMul', [all, layers.reshape(largest, [0, quarter, -1], 'largest')], 'masks');
  return layers.reshape(masks, [0, MASK_TOKENS, CELLS_SIDE, CELLS_SIDE], 'masks');
}

function addTwiceAsLarge(layers: NetworkLayers, x: string, inputs: number, outputs: number): string {
  const weight = layers.weights('larger_weight', [inputs, outputs, 2, 2], inputs);
  return layers.graph.add('ConvTranspose', [x, weight], 'larger', [
    intsAttribute('kernel_shape', [2, 2]),
    intsAttribute('strides', [2, 2]),
  ]);
}

function addAllButFirst(layers: NetworkLayers, x: string): string {
  const { graph } = layers;
  const bounds = [[1], [MASK_TOKENS], [1]].map((values) => graph.integers(values));
  return graph.add('Slice', [x, ...bounds], 'others');
}
