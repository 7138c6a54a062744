import { type MessagePort, parentPort } from 'node:worker_threads';
import { DarkroomError } from '@darkroom/contracts';
import type { Tensor } from '@darkroom/tensor';
import { DeviceLostError } from './device-lost-error.js';
import type { FromGraphThread, GraphThreadError, ToGraphThread } from './graph-thread-messages.js';
import { type OrtGraph, openGraph } from './ort-graph.js';

/* The thread of a `GraphThread`: opens, runs and closes graphs, one call after the other. */
const port = parentPort as MessagePort;
const graphs = new Map<number, OrtGraph>();
let opened = 0;
let lastCall: Promise<void> = Promise.resolve();

port.on('message', (call: ToGraphThread) => {
  lastCall = lastCall.then(() => answer(call));
});

async function answer(call: ToGraphThread): Promise<void> {
  try {
    send(await handle(call));
  } catch (error) {
    send({ callId: call.callId, type: 'failed', error: withoutClass(error as Error) });
  }
}

async function handle(call: ToGraphThread): Promise<FromGraphThread> {
  const { callId } = call;
  if (call.type === 'open') {
    const graph = await openGraph(call.path, call.options);
    const graphId = ++opened;
    graphs.set(graphId, graph);
    const { inputs, outputs } = graph;
    return { callId, type: 'opened', graph: { graphId, inputs, outputs } };
  }
  const graph = graphs.get(call.graphId);
  if (!graph) throw new Error(`there is no graph ${call.graphId} in the thread`);
  if (call.type === 'run')
    return { callId, type: 'ran', outputs: await graph.run(call.feeds, call.outputNames) };
  graphs.delete(call.graphId);
  await graph.close();
  return { callId, type: 'closed' };
}

/** Tensors move instead of being copied; nothing here looks at them any more. */
function send(message: FromGraphThread): void {
  const moved = message.type === 'ran' ? wholeBuffersOf(message.outputs) : [];
  port.postMessage(message, moved);
}

/** A tensor that lies in a part of its buffer is copied: what else is there stays here. */
function wholeBuffersOf(tensors: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  const whole = Object.values(tensors).filter(({ data }) => data.byteLength === data.buffer.byteLength);
  return [...new Set(whole.map(({ data }) => data.buffer as ArrayBuffer))];
}

function withoutClass(error: Error): GraphThreadError {
  const { message } = error;
  if (error instanceof DeviceLostError) return { kind: 'device_lost', message };
  if (error instanceof DarkroomError) return { kind: 'darkroom', code: error.code, message };
  return { kind: 'other', message };
}
