import { DarkroomError, type Warning } from '@darkroom/contracts';
import { type Float32Tensor, type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import { shortenText } from '../text-tokenizer/shorten-text.js';
import type { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import type { TextEncoderSignature } from './text-encoder-signature.js';

/** What the network is told of some texts. */
export interface Conditioning {
  /** An embedding of each token, `[texts, tokens, width]`. */
  readonly tokens: Float32Tensor;
  /** An embedding of each whole text, `[texts, width]`; `null` where the network takes none. */
  readonly texts: Float32Tensor | null;
}

/** A text encoder with its tokenizer. */
export interface TextEncoder {
  readonly tokenizer: TextTokenizer;
  readonly graph: Graph;
  readonly signature: TextEncoderSignature;
}

/** Makes embeddings of texts, with one encoder or with two side by side. */
export class TextConditioner {
  readonly #encoders: readonly TextEncoder[];
  readonly #zeroesMissingTexts: boolean;

  /** @param zeroesMissingTexts no text is zeros, not what an encoder makes of an empty one */
  constructor(encoders: readonly TextEncoder[], zeroesMissingTexts: boolean) {
    this.#encoders = encoders;
    this.#zeroesMissingTexts = zeroesMissingTexts;
  }

  /** A warning for each text that is too long. */
  warningsFor(texts: readonly string[]): Warning[] {
    return [...new Set(texts)].flatMap((text) => {
      const { tokenizer } = this.#encoders[0]!;
      const { cut } = tokenizer.tokenize(text);
      if (cut === null) return [];
      return [
        {
          code: 'prompt_cut',
          detail: `The model reads ${tokenizer.maxTokens} tokens; the end of the prompt was left out: “${shortenText(cut)}”.`,
        },
      ];
    });
  }

  /**
   * @param texts null where there is none; one at least is there
   * @returns a row for each. Each is encoded by itself, and once, so that it is the same whatever it comes with
   */
  async encode(texts: readonly (string | null)[]): Promise<Conditioning> {
    const read = texts.map((text) => text ?? (this.#zeroesMissingTexts ? null : ''));
    const encoded = new Map<string | null, Conditioning>();
    for (const text of new Set(read)) if (text !== null) encoded.set(text, await this.#encode(text));
    const [like] = encoded.values();
    const rows = read.map((text) => encoded.get(text));
    return {
      tokens: rowsOf(
        rows.map((row) => row?.tokens),
        like!.tokens.dims,
      ),
      texts:
        like!.texts &&
        rowsOf(
          rows.map((row) => row?.texts),
          like!.texts.dims,
        ),
    };
  }

  async #encode(text: string): Promise<Conditioning> {
    const parts: Conditioning[] = [];
    for (const encoder of this.#encoders) parts.push(await encodeText(encoder, text));
    return { tokens: sideBySide(parts.map(({ tokens }) => tokens)), texts: parts.at(-1)!.texts };
  }
}

async function encodeText({ tokenizer, graph, signature }: TextEncoder, text: string): Promise<Conditioning> {
  const { ids } = tokenizer.tokenize(text);
  const dims = [1, ids.length];
  const feed: Tensor =
    signature.idsType === 'int32'
      ? { type: 'int32', dims, data: Int32Array.from(ids) }
      : { type: 'int64', dims, data: BigInt64Array.from(ids, BigInt) };
  const { idsName, tokensOutput, textOutput } = signature;
  const outputs = textOutput === null ? [tokensOutput] : [tokensOutput, textOutput];
  const answer = await graph.run({ [idsName]: feed }, outputs);
  return {
    tokens: toFloat32(answer[tokensOutput]!),
    texts: textOutput === null ? null : toFloat32(answer[textOutput]!),
  };
}

/** Embeddings of the same tokens by several encoders, joined: `[1, tokens, width + width …]`. */
function sideBySide(parts: readonly Float32Tensor[]): Float32Tensor {
  const [first, ...others] = parts as [Float32Tensor, ...Float32Tensor[]];
  if (others.length === 0) return first;
  const tokens = first.dims[1] ?? 0;
  if (others.some(({ dims }) => dims[1] !== tokens)) {
    const got = parts.map(({ dims }) => `[${dims.join(', ')}]`).join(' and ');
    throw new DarkroomError('inference_failed', `Expected as many tokens of both text encoders, got ${got}.`);
  }
  const widths = parts.map(({ dims }) => dims[2] ?? 0);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const data = new Float32Array(tokens * width);
  for (let token = 0; token < tokens; token++) {
    let at = token * width;
    for (const [i, part] of parts.entries()) {
      data.set(part.data.subarray(token * widths[i]!, (token + 1) * widths[i]!), at);
      at += widths[i]!;
    }
  }
  return { type: 'float32', dims: [1, tokens, width], data };
}

/** @param rows none: zeros */
function rowsOf(
  rows: readonly (Float32Tensor | null | undefined)[],
  [, ...rest]: readonly number[],
): Float32Tensor {
  const length = rest.reduce((product, size) => product * size, 1);
  const data = new Float32Array(rows.length * length);
  for (const [i, row] of rows.entries()) if (row) data.set(row.data, i * length);
  return { type: 'float32', dims: [rows.length, ...rest], data };
}
