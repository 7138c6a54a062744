import type { Tensor } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import type { ClosableGraph } from './open-model.js';
import { ReopeningGraph } from './reopening-graph.js';

/** An opener of graphs that answer with how many were opened, and fails from some opening on. */
function countingOpener({ failsAt = [] as readonly number[] } = {}) {
  const told: string[] = [];
  let opened = 0;
  const open = async (): Promise<ClosableGraph> => {
    const number = ++opened;
    told.push(`open ${number}`);
    if (failsAt.includes(number)) throw new Error('no memory');
    const data = Float32Array.of(number);
    return {
      inputs: [{ name: 'in', type: 'float32', dims: [1] }],
      outputs: [{ name: 'out', type: 'float32', dims: [1] }],
      run: async (): Promise<Record<string, Tensor>> => {
        told.push(`run ${number}`);
        return { out: { type: 'float32', dims: [1], data } };
      },
      close: async () => void told.push(`close ${number}`),
    };
  };
  return { open, told };
}

describe('a graph that was released', () => {
  it('is opened again at the next run, once for all that run it then', async () => {
    const { open, told } = countingOpener();
    const graph = await ReopeningGraph.open('graph', open);
    await graph.release();
    expect(graph.inputs).toMatchObject([{ name: 'in' }]);
    expect(graph.outputs).toMatchObject([{ name: 'out' }]);
    const answers = await Promise.all([graph.run({}), graph.run({})]);
    expect(answers.map(({ out }) => out!.data[0])).toEqual([2, 2]);
    expect(told).toEqual(['open 1', 'close 1', 'open 2', 'run 2', 'run 2']);
  });

  it('is tried again where it could not be opened', async () => {
    const { open } = countingOpener({ failsAt: [2] });
    const graph = await ReopeningGraph.open('graph', open);
    await graph.release();
    await expect(graph.run({})).rejects.toThrow('no memory');
    expect((await graph.run({}))['out']!.data[0]).toBe(3);
  });

  it('is closed once, however often that is asked for', async () => {
    const { open, told } = countingOpener();
    const graph = await ReopeningGraph.open('graph', open);
    await graph.release();
    await graph.release();
    await graph.close();
    expect(told).toEqual(['open 1', 'close 1']);
  });

  it('is closed also where it was just being opened', async () => {
    const { open, told } = countingOpener();
    const graph = await ReopeningGraph.open('graph', open);
    await graph.release();
    const running = graph.run({});
    await graph.close();
    await running;
    expect(told.at(-1)).toBe('close 2');
  });
});

it('a graph that is open begins its run at once', async () => {
  const { open, told } = countingOpener();
  const graph = await ReopeningGraph.open('graph', open);
  const running = graph.run({});
  expect(told).toEqual(['open 1', 'run 1']);
  await running;
});
