import { DarkroomError } from '@darkroom/contracts';
import { type CompleteManifest, describeProblem, type ModelProblem } from '@darkroom/model-catalog';
import type { Graph, GraphSignature } from '@darkroom/tensor';
import type { Family, Pipeline } from './family.js';
import type { GraphCandidate, GraphRecognition, ModelCandidate, Recognition } from './recognition.js';

/** The part in a manifest's `files` that is the graph. */
const GRAPH = 'graph';

/** What a graph's inputs and outputs are to a family; or what is wrong with them, or with the manifest. */
export type ReadSignature<Signature> =
  | { readonly signature: Signature; readonly problems: readonly [] }
  | { readonly signature: null; readonly problems: readonly ModelProblem[] };

/** What is left for a family to say whose models have one graph, on pictures of the manifest's size. */
export interface OneGraphFamily<Signature>
  extends Pick<Family, 'name' | 'task' | 'optionsSchema' | 'capabilities' | 'requestOptions'> {
  readSignature(manifest: CompleteManifest, graph: GraphSignature): ReadSignature<Signature>;
  pipeline(manifest: CompleteManifest, graph: Graph, signature: Signature): Pipeline;
  /** Whether a graph without a manifest is one of the family, and what its manifest needs then. */
  recognize(candidate: GraphCandidate): GraphRecognition | null;
}

export function oneGraphFamily<Signature>({
  readSignature,
  pipeline,
  recognize,
  ...family
}: OneGraphFamily<Signature>): Family {
  return {
    ...family,
    graphParts: () => [GRAPH],
    inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
    check: ({ manifest }, signatures) => readSignature(manifest, signatures[GRAPH]!).problems,
    load({ manifest }, graphs) {
      const graph = graphs[GRAPH]!;
      const { signature, problems } = readSignature(manifest, graph);
      if (signature !== null) return pipeline(manifest, graph, signature);
      throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
    },
    recognize: (candidate) => recognizeOne(candidate, recognize),
  };
}

/** Of several graphs none is the model: they would be several models. */
function recognizeOne(
  { graphs, ...surroundings }: ModelCandidate,
  recognize: OneGraphFamily<unknown>['recognize'],
): Recognition | null {
  const [graph, ...others] = graphs;
  if (!graph || others.length > 0) return null;
  const recognition = recognize({ ...graph, ...surroundings });
  return recognition && { ...recognition, parts: { [GRAPH]: graph.path }, pictureGraph: graph.path };
}
