import { GraphThread, resolveDevice, startParentWatchdog } from '@darkroom/inference';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';
import { ModelServer } from './model-server.js';

const [modelId = 'unknown'] = process.argv.slice(2);
process.title = `darkroom inference ${modelId}`;
startParentWatchdog(process.ppid);

// Ctrl-C in a terminal reaches every process of the group; when to end is the worker's to say.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Not by exit(): that waits for the thread of graphs, and aborts when it is in a run.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const send = (message: FromInferenceProcess) => process.send?.(message);
const thread = new GraphThread(new URL('./graph-thread.js', import.meta.url));
const server = new ModelServer({
  send,
  openGraph: (path, options) => thread.open(path, options),
  resolveDevice,
});
process.on('message', (message) => void server.receive(message as ToInferenceProcess));
