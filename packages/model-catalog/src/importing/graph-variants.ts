import { basename, dirname, extname, join } from 'node:path';
import { ImportError } from './import-error.js';

/** What transformers.js, optimum and ONNX Runtime’s tools put behind the name of a graph that they made smaller or faster. */
const KNOWN_VARIANT =
  /^(.+)_(fp16|fp32|int4|int8|uint8|quantized|quant|bnb4|q\d+(?:f16)?|o[1-4]|optimized|simplified)$/i;
/** Of optimum’s `model.onnx`, everything else that is called `model_…` is a variant. */
const PLAIN_STEM = 'model';
const OF_PLAIN_STEM = /^(model)_([a-z0-9_]+)$/;
const PLAIN = '';

export interface ChosenGraphs {
  /** One path of each graph. */
  readonly graphs: readonly string[];
  /** What else there is of them, such as `fp16`. */
  readonly otherVariants: readonly string[];
}

/**
 * Takes one export of each graph in a folder: `vision_encoder_fp16.onnx` is the same graph as `vision_encoder.onnx`.
 * @param variant `fp16`, `quantized` …; none: the plain ones
 * @throws ImportError when there is no such export of a graph, or several and no plain one
 */
export function chooseVariants(paths: readonly string[], variant: string | undefined): ChosenGraphs {
  const byGraph = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const [graph, name] = readName(path, paths);
    const variants = byGraph.get(graph) ?? new Map<string, string>();
    byGraph.set(graph, variants.set(name, path));
  }
  const graphs = [...byGraph].map(([graph, variants]) => choose(graph, variants, variant));
  const others = [...byGraph.values()].flatMap((variants) =>
    [...variants].filter(([, path]) => !graphs.includes(path)).map(([name]) => nameOf(name)),
  );
  return { graphs, otherVariants: [...new Set(others)].sort() };
}

/** @returns the path of the graph without its ending and variant, and the variant */
function readName(path: string, paths: readonly string[]): [graph: string, variant: string] {
  const stem = basename(path, extname(path));
  const at = (name: string) => join(dirname(path), name);
  const hasPlain = paths.includes(at(`${PLAIN_STEM}.onnx`));
  const [, graph, variant] = KNOWN_VARIANT.exec(stem) ?? ((hasPlain && OF_PLAIN_STEM.exec(stem)) || []);
  return graph === undefined ? [at(stem), PLAIN] : [at(graph), variant!.toLowerCase()];
}

function choose(graph: string, variants: ReadonlyMap<string, string>, wanted: string | undefined): string {
  const path = variants.get(wanted?.toLowerCase() ?? PLAIN);
  if (path !== undefined) return path;
  const [only] = variants.values();
  if (wanted === undefined && variants.size === 1) return only!;
  const there = [...variants.keys()].map(nameOf).join(', ');
  const missing = wanted === undefined ? 'no plain one' : `none called ${wanted}`;
  throw new ImportError(
    `of the graph ${graph} there is ${there}, and ${missing}. Choose with --variant, or give the files themselves`,
  );
}

const nameOf = (variant: string) => (variant === PLAIN ? 'the plain one' : variant);
