import { GraphBuilder } from '@darkroom/onnx-file';
import { DarknetError } from './darknet-error.js';
import type { Head } from './heads/head.js';
import { HEADS } from './heads/heads.js';
import type { InputSize, LayerContext, LayerOutput } from './layer-context.js';
import { type NormalizationScale, normalizationScaleOf } from './layers/batch-normalization.js';
import { LAYERS } from './layers/layers.js';
import { LIMITS } from './limits.js';
import type { Cfg, CfgSection } from './parse-cfg.js';
import { WeightsReader } from './read-weights.js';
import { SectionKeys } from './section-keys.js';
import { checkShape } from './shape.js';
import { ignoredKeyNotes } from './training-keys.js';

/** Name of the graph's input, float32 `[batch, 3, height, width]`. */
export const INPUT_NAME = 'input';

/** A network as nodes of a graph, its heads decoded. */
export interface ImportedNetwork {
  readonly graph: GraphBuilder;
  readonly input: InputSize;
  readonly letterBox: 0 | 1 | null;
  /** By layer; `null` for heads. */
  readonly outputs: readonly (LayerOutput | null)[];
  readonly heads: readonly Head[];
  readonly notes: readonly string[];
}

/** What the input is to be instead of the cfg's; both in pixels. */
export interface InputSizeOverride {
  readonly width?: number;
  readonly height?: number;
}

/** @throws DarknetError that names the section and its line, or the layer that the weights don't fit */
export function importNetwork(
  cfg: Cfg,
  weights: Uint8Array,
  override: InputSizeOverride = {},
): ImportedNetwork {
  const [first, ...sections] = cfg.sections;
  if (!first || !['net', 'network'].includes(first.name)) {
    throw new DarknetError(
      'cfg',
      first?.line ?? null,
      `expected [net] as the first section, got ${first ? `[${first.name}]` : 'none'}`,
    );
  }
  const net = readNet(new SectionKeys(first, null), override);
  const importer = new NetworkImporter(
    net.input,
    new WeightsReader(weights),
    normalizationScaleOf(cfg.sections),
  );
  for (const section of sections) importer.add(section);
  return { ...net, ...importer.finish(), notes: [...cfg.notes, ...net.notes, ...importer.notes] };
}

function readNet(keys: SectionKeys, override: InputSizeOverride) {
  const side = (name: 'width' | 'height'): number => {
    const limits = { min: 1, max: LIMITS.inputSide };
    // What the cfg says is checked even where it doesn't count.
    const own = keys.integer(name, 0, limits);
    const value = override[name] ?? own;
    if (Number.isInteger(value) && value >= limits.min && value <= limits.max) return value;
    if (value === 0)
      throw keys.error(`expected ${name}=, in pixels; give it in the cfg or when you import it`);
    throw keys.error(`expected a whole number from 1 to ${limits.max}, got ${value}`, name);
  };
  const input = { width: side('width'), height: side('height') };
  keys.requireDefault('channels', 3);
  const letterBox = keys.has('letter_box')
    ? (keys.integer('letter_box', 0, { min: 0, max: 1 }) as 0 | 1)
    : null;
  return { input, letterBox, notes: ignoredKeyNotes(keys) };
}

/** Rows of all heads together. */
export function candidatesOf(heads: readonly Head[]): number {
  return heads.reduce((sum, { candidates }) => sum + candidates, 0);
}

class NetworkImporter {
  readonly notes: string[] = [];
  readonly #graph = new GraphBuilder([INPUT_NAME]);
  readonly #outputs: (LayerOutput | null)[] = [];
  readonly #heads: Head[] = [];
  readonly #sections: SectionKeys[] = [];

  constructor(
    readonly input: InputSize,
    readonly weights: WeightsReader,
    readonly normalizationScale: NormalizationScale,
  ) {}

  add(section: CfgSection): void {
    const index = this.#outputs.length;
    const keys = new SectionKeys(section, index);
    this.#sections.push(keys);
    const importLayer = LAYERS.get(section.name);
    const importHead = HEADS.get(section.name);
    if (importLayer) {
      this.#outputs.push(importLayer(this.#context(index, keys)));
    } else if (importHead) {
      this.#addHead(importHead(this.#context(index, keys), this.input), keys);
      this.#outputs.push(null);
    } else {
      const known = [...LAYERS.keys(), ...HEADS.keys()].map((name) => `[${name}]`).join(', ');
      throw keys.error(`this section is not supported; expected one of ${known}`);
    }
    this.notes.push(...ignoredKeyNotes(keys));
  }

  finish() {
    this.weights.finish();
    return { graph: this.#graph, outputs: this.#outputs, heads: this.#heads };
  }

  #addHead(head: Head, keys: SectionKeys): void {
    const classes = this.#heads[0]?.classes ?? head.classes;
    if (head.classes !== classes) {
      throw keys.error(`expected ${classes} classes as in the head before, got ${head.classes}`, 'classes');
    }
    this.#heads.push(head);
    const candidates = candidatesOf(this.#heads);
    if (candidates > LIMITS.candidates) {
      throw keys.error(
        `expected at most ${LIMITS.candidates} boxes, got ${candidates}. Set a smaller width and height in [net]`,
      );
    }
  }

  #context(index: number, keys: SectionKeys): LayerContext {
    const inputOf = () => (index === 0 ? this.#networkInput(keys) : this.#outputOf(index - 1, keys));
    return {
      index,
      keys,
      // Not looked at by a route, which alone may follow a head.
      get input() {
        return inputOf();
      },
      outputOf: (reference, key) => this.#outputOf(reference < 0 ? index + reference : reference, keys, key),
      graph: this.#graph,
      weights: this.weights,
      normalizationScale: this.normalizationScale,
    };
  }

  #networkInput(keys: SectionKeys): LayerOutput {
    return { value: INPUT_NAME, shape: checkShape({ channels: 3, ...this.input }, keys) };
  }

  #outputOf(index: number, keys: SectionKeys, key?: string): LayerOutput {
    const output = this.#outputs[index];
    if (output) return output;
    if (output === null) {
      throw keys.error(
        `takes its input from ${this.#sections[index]!.description}, which gives boxes and no features`,
        key,
      );
    }
    throw keys.error(
      `expected one of the ${this.#outputs.length} layers before this one, got layer ${index}`,
      key,
    );
  }
}
