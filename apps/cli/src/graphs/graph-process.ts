import { openGraph, startParentWatchdog } from '@darkroom/inference';
import { threadBudget } from '@darkroom/inference/thread-budget';
import { describeProblem } from '@darkroom/model-catalog';
import { checkModel } from '@darkroom/model-families';
import { explainError } from '../command-failure.js';
import type { GraphAnswer, GraphRequest } from './graph-messages.js';
import { runSample } from './run-sample.js';

process.title = 'darkroom graph';
startParentWatchdog(process.ppid);
// When the command ends, so do we; when it is interrupted, it says so.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});

const open = (path: string) =>
  openGraph(path, { providers: [{ name: 'cpu' }], intraOpThreads: threadBudget() });

process.on('message', (request) => {
  answerTo(request as GraphRequest)
    .catch(
      (error: unknown): GraphAnswer => ({
        type: 'failed',
        message: explainError(error),
      }),
    )
    .then((answer) => process.send?.(answer));
});

async function answerTo(request: GraphRequest): Promise<GraphAnswer> {
  switch (request.type) {
    case 'signature': {
      const graph = await open(request.path);
      const { inputs, outputs } = graph;
      await graph.close();
      return { type: 'signature', signature: { inputs, outputs } };
    }
    case 'check':
      return { type: 'check', problems: (await checkModel(request.model, open)).map(describeProblem) };
    case 'sample':
      return { type: 'sample', sample: await runSample(request.model, request.picture, open) };
  }
}
