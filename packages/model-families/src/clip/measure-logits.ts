import { DarkroomError } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { type Graph, toFloat32 } from '@darkroom/tensor';
import type { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import type { LogitSample } from './logit-scale.js';
import { similarityOf } from './scores.js';
import type { ClipSignature } from './signature.js';
import type { TextEncoder } from './text-encoder.js';
import { unitRows } from './unit-rows.js';

/** Far from each other, so that their similarities to a picture differ. */
const PROBE_TEXTS = [
  'red',
  'green',
  'a photo of a yellow flower',
  'a blue sky',
  'a page full of small text',
  'two people',
  'a black and white drawing of a car',
  '',
];
const PROBE_SIDE = 64;

/** A picture with something of everything. */
export function probePicture(): Pixels {
  const data = new Uint8Array(PROBE_SIDE ** 2 * 3);
  for (let y = 0; y < PROBE_SIDE; y++) {
    for (let x = 0; x < PROBE_SIDE; x++) {
      const isDark = (Math.floor(x / 8) + Math.floor(y / 8)) % 2;
      data.set([4 * x, 4 * y, isDark * 255], (y * PROBE_SIDE + x) * 3);
    }
  }
  return { width: PROBE_SIDE, height: PROBE_SIDE, channels: 3, data };
}

/** The logits that a graph of both encoders gives for one picture and a few texts, beside their similarities. */
export async function measureLogits(
  graph: Graph,
  about: {
    readonly signature: ClipSignature;
    readonly logitsName: string;
    readonly tokenizer: TextTokenizer;
    /** That of the graph, with one picture among what it feeds. */
    readonly texts: TextEncoder;
  },
): Promise<LogitSample[]> {
  const { signature, logitsName, tokenizer, texts } = about;
  const outputs = [logitsName, signature.text.outputName, signature.picture.outputName] as const;
  const samples: LogitSample[] = [];
  while (samples.length < PROBE_TEXTS.length) {
    const chunk = PROBE_TEXTS.slice(samples.length, samples.length + texts.textsPerRun);
    const feeds = texts.feedsOf(chunk.map((text) => tokenizer.tokenize(text)));
    const answer = await graph.run(feeds, outputs);
    const [logits, ofTexts, ofPicture] = outputs.map((name) => answer[name]!);
    const [picture] = unitRows(outputs[2], ofPicture!, 1);
    const values = toFloat32(logits!).data;
    if (values.length !== chunk.length) {
      const detail = `Expected a logit for each of ${chunk.length} texts in the output ${logitsName}, got a tensor of [${logits!.dims.join(', ')}].`;
      throw new DarkroomError('inference_failed', detail);
    }
    for (const [i, text] of unitRows(outputs[1], ofTexts!, chunk.length).entries()) {
      samples.push({ similarity: similarityOf(picture!, text), logit: values[i]! });
    }
  }
  return samples;
}
