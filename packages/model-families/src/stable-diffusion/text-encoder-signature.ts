import { describeSpec, type GraphSignature, type TensorType } from '@darkroom/tensor';
import { inGraph } from '../finding.js';
import { listOf, type ReadGraph } from '../read-graph.js';

/** The text encoder: token ids `[batch, tokens]` in, an embedding of each token out, and with some one of the whole text. */
export interface TextEncoderSignature {
  readonly idsName: string;
  readonly idsType: TensorType;
  /** How many tokens a text has; `null` where it is free. */
  readonly tokenCount: number | null;
  /** How many numbers the embedding of a token has; `null` where the graph doesn't tell. */
  readonly width: number | null;
  /** The output with an embedding of each token. */
  readonly tokensOutput: string;
  /** The output with an embedding of the whole text, projected; `null` where there is none. */
  readonly textOutput: string | null;
}

const HIDDEN_STATE = /^hidden_states\.(\d+)$/;

/** SDXL takes the last but one hidden states of both encoders, and the text's embedding of the second. */
export function readTextEncoder(
  { inputs, outputs }: GraphSignature,
  { isPair, isSecond }: { readonly isPair: boolean; readonly isSecond: boolean },
): ReadGraph<TextEncoderSignature> {
  const ids = inputs.find(({ name }) => name === 'input_ids');
  if (!ids || (ids.type !== 'int64' && ids.type !== 'int32')) {
    return {
      findings: [
        inGraph('input_ids', `expected token ids, int64 or int32 [batch, tokens], got ${listOf(inputs)}`),
      ],
    };
  }
  const [batch = null, tokenCount = null] = ids.dims;
  if (ids.dims.length !== 2 || (batch !== null && batch !== 1)) {
    return {
      findings: [
        inGraph(
          'input_ids',
          `expected [batch, tokens] with a batch of 1 or of any size, got ${describeSpec(ids)}`,
        ),
      ],
    };
  }
  const names = outputs.map(({ name }) => name);
  const tokensOutput = isPair ? lastButOne(names) : names.find((name) => name === 'last_hidden_state');
  const textOutput = isSecond ? names.find((name) => name === 'text_embeds') : null;
  const missing = [
    ...(tokensOutput === undefined
      ? [isPair ? 'hidden_states.0, hidden_states.1 …' : 'last_hidden_state']
      : []),
    ...(textOutput === undefined ? ['text_embeds'] : []),
  ];
  if (tokensOutput === undefined || textOutput === undefined) {
    return { findings: [inGraph('outputs', `expected ${missing.join(' and ')}, got ${listOf(outputs)}`)] };
  }
  const width = outputs.find(({ name }) => name === tokensOutput)?.dims[2] ?? null;
  return { value: { idsName: ids.name, idsType: ids.type, tokenCount, width, tokensOutput, textOutput } };
}

function lastButOne(names: readonly string[]): string | undefined {
  const layers = names.flatMap((name) => {
    const layer = HIDDEN_STATE.exec(name)?.[1];
    return layer === undefined ? [] : [{ name, layer: Number(layer) }];
  });
  return layers.sort((a, b) => a.layer - b.layer).at(-2)?.name;
}
