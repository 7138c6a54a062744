import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openGraph, resolveDevice } from '@darkroom/inference';
import { memoryHungrySegmentationGraph, type SegmentationGraphOptions } from '@darkroom/testkit';
import type { ModelServerParts } from '../inference/model-server.js';

type Seams = Pick<ModelServerParts, 'openGraph' | 'resolveDevice'>;

/** A GPU, `cuda:0`, whose memory suffices for so many input elements at once; and how much the CPU's does. */
export interface Room {
  readonly gpuElements: number;
  readonly cpuElements?: number;
}

/**
 * Devices as an inference process sees them, of which the GPU has little memory. What runs on it is a real graph in real
 * ONNX Runtime, which gives the model's answers and ends in a true out-of-memory error where the input is larger.
 */
export class SmallGpu implements Seams {
  /** Devices that graphs are open on now. */
  readonly open: string[] = [];
  readonly #folder: string;
  readonly #graph: SegmentationGraphOptions;
  readonly #room: Room;

  constructor(folder: string, graph: SegmentationGraphOptions, room: Room) {
    this.#folder = folder;
    this.#graph = graph;
    this.#room = room;
  }

  readonly resolveDevice: Seams['resolveDevice'] = async (choice) =>
    choice.kind === 'auto'
      ? { device: 'cuda:0', providers: [{ name: 'cuda', deviceId: 0 }], reason: 'a test says so' }
      : resolveDevice(choice);

  readonly openGraph: Seams['openGraph'] = async (_path, options) => {
    const device = options.providers[0]!.name;
    const { gpuElements, cpuElements = Number.MAX_SAFE_INTEGER } = this.#room;
    const fitsElements = device === 'cpu' ? cpuElements : gpuElements;
    const path = join(this.#folder, `on-${device}.onnx`);
    await writeFile(path, memoryHungrySegmentationGraph({ ...this.#graph, fitsElements }));
    const graph = await openGraph(path, { ...options, providers: [{ name: 'cpu' }] });
    this.open.push(device);
    return {
      inputs: graph.inputs,
      outputs: graph.outputs,
      run: (...feeds) => graph.run(...feeds),
      close: async () => {
        this.open.splice(this.open.indexOf(device), 1);
        await graph.close();
      },
    };
  };
}
