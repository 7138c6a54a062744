import { DarkroomError, type Warning } from '@darkroom/contracts';
import { type Float32Tensor, type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import type { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import type { TextEncoderSignature } from './signature.js';

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
  readonly #zeroesEmptyTexts: boolean;

  /** @param zeroesEmptyTexts an empty text is zeros, not what an encoder makes of it */
  constructor(encoders: readonly TextEncoder[], zeroesEmptyTexts: boolean) {
    this.#encoders = encoders;
    this.#zeroesEmptyTexts = zeroesEmptyTexts;
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
          detail: `The model reads ${tokenizer.maxTokens} tokens; the end of the prompt was left out: “${shortened(cut)}”.`,
        },
      ];
    });
  }

  /** @returns a row for each text; equal texts are encoded once */
  async encode(texts: readonly string[], onNegative = false): Promise<Conditioning> {
    const distinct = [...new Set(texts)];
    const parts: EncodedTexts[] = [];
    for (const encoder of this.#encoders) parts.push(await encodeTexts(encoder, distinct));
    const rows = texts.map((text) => distinct.indexOf(text));
    const isZero = (row: number) => onNegative && this.#zeroesEmptyTexts && texts[row] === '';
    const last = parts.at(-1)!.text;
    return {
      tokens: rowsOf(sideBySide(parts.map(({ tokens }) => tokens)), rows, isZero),
      texts: last && rowsOf(last, rows, isZero),
    };
  }
}

interface EncodedTexts {
  readonly tokens: Float32Tensor;
  readonly text: Float32Tensor | null;
}

async function encodeTexts(
  { tokenizer, graph, signature }: TextEncoder,
  texts: readonly string[],
): Promise<EncodedTexts> {
  const ids = texts.flatMap((text) => tokenizer.tokenize(text).ids);
  const dims = [texts.length, tokenizer.maxTokens];
  const feed: Tensor =
    signature.idsType === 'int32'
      ? { type: 'int32', dims, data: Int32Array.from(ids) }
      : { type: 'int64', dims, data: BigInt64Array.from(ids, BigInt) };
  const { idsName, tokensOutput, textOutput } = signature;
  const outputs = textOutput === null ? [tokensOutput] : [tokensOutput, textOutput];
  const answer = await graph.run({ [idsName]: feed }, outputs);
  return {
    tokens: toFloat32(answer[tokensOutput]!),
    text: textOutput === null ? null : toFloat32(answer[textOutput]!),
  };
}

/** Embeddings of the same tokens by several encoders, joined: `[texts, tokens, width + width …]`. */
function sideBySide(parts: readonly Float32Tensor[]): Float32Tensor {
  const [first, ...others] = parts as [Float32Tensor, ...Float32Tensor[]];
  if (others.length === 0) return first;
  const [texts = 0, tokens = 0] = first.dims;
  if (others.some(({ dims }) => dims[0] !== texts || dims[1] !== tokens)) {
    const got = parts.map(({ dims }) => `[${dims.join(', ')}]`).join(' and ');
    throw new DarkroomError('inference_failed', `Expected as many tokens of both text encoders, got ${got}.`);
  }
  const widths = parts.map(({ dims }) => dims[2] ?? 0);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const data = new Float32Array(texts * tokens * width);
  for (let token = 0; token < texts * tokens; token++) {
    let at = token * width;
    for (const [i, part] of parts.entries()) {
      data.set(part.data.subarray(token * widths[i]!, (token + 1) * widths[i]!), at);
      at += widths[i]!;
    }
  }
  return { type: 'float32', dims: [texts, tokens, width], data };
}

function rowsOf(
  { dims: [, ...rest], data }: Float32Tensor,
  rows: readonly number[],
  isZero: (row: number) => boolean,
): Float32Tensor {
  const length = rest.reduce((product, size) => product * size, 1);
  const picked = new Float32Array(rows.length * length);
  for (const [to, from] of rows.entries()) {
    if (!isZero(to)) picked.set(data.subarray(from * length, (from + 1) * length), to * length);
  }
  return { type: 'float32', dims: [rows.length, ...rest], data: picked };
}

const SHOWN_CHARACTERS = 200;

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN_CHARACTERS ? text : `${characters.slice(0, SHOWN_CHARACTERS).join('')} …`;
}
