import { DeviceLostError } from '@darkroom/inference';
import type { ClosableGraph, GraphOpener } from '@darkroom/model-families';

/**
 * Opens graphs whose device may be lost to the process. When it is, that is told once, and whoever waits for a graph
 * waits until the process is ended: what it would do next, run a half of the batch or another job, can only fail of the same.
 */
export function watchForDeviceLoss(open: GraphOpener, onLost: (error: DeviceLostError) => void): GraphOpener {
  const unlessLost = <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((error) => {
      if (!(error instanceof DeviceLostError)) throw error;
      onLost(error);
      return new Promise<never>(() => {});
    });
  return async (path) => {
    const graph = await unlessLost(open(path));
    const watched: ClosableGraph = {
      inputs: graph.inputs,
      outputs: graph.outputs,
      run: (feeds, outputNames) => unlessLost(graph.run(feeds, outputNames)),
      close: () => graph.close(),
    };
    return watched;
  };
}
