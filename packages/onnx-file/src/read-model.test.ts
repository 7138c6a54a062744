import proto from 'onnx-proto';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import {
  floatAttribute,
  floatsAttribute,
  type GraphParts,
  graphAttribute,
  initializer,
  intAttribute,
  intsAttribute,
  modelBytes,
  node,
  OnnxFileError,
  readOnnxModel,
  stringAttribute,
  stringsAttribute,
  tensorAttribute,
} from './index.js';

const { onnx } = proto;
const EXTERNAL = onnx.TensorProto.DataLocation.EXTERNAL;

const parts: GraphParts = {
  name: 'doubling',
  inputs: [{ name: 'pixels', type: 'float32', dims: ['batch', 3, 'height', 640] }],
  outputs: [{ name: 'doubled', type: 'float16', dims: [] }],
  initializers: [initializer('two', 'float32', [], Float32Array.of(2))],
  nodes: [node('Mul', ['pixels', 'two'], ['doubled'])],
};

const encoded = (model: proto.onnx.IModelProto) =>
  Buffer.from(onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());

const externalTensor = (name: string, location: string): proto.onnx.ITensorProto => ({
  name,
  dataType: onnx.TensorProto.DataType.FLOAT,
  dims: [1],
  dataLocation: EXTERNAL,
  externalData: [
    { key: 'offset', value: '0' },
    { key: 'location', value: location },
  ],
});

/** A graph in a node of a graph in a node …, the innermost with weights in a file. */
function nested(depth: number): proto.onnx.IGraphProto {
  const inner = depth === 0 ? { initializer: [externalTensor('deep', 'deep.bin')] } : nested(depth - 1);
  return { node: [{ opType: 'If', attribute: [{ name: 'then_branch', g: inner }] }] };
}

describe('readOnnxModel', () => {
  it('reads what the writer wrote', () => {
    const metadata = { names: '["cat","dog"]', author: 'Ünïcode' };
    const model = readOnnxModel(modelBytes(parts, { opset: 13, producerName: 'somebody', metadata }));
    expect(model).toEqual({
      irVersion: 8,
      producerName: 'somebody',
      producerVersion: '',
      opsets: new Map([['', 13]]),
      metadata: new Map(Object.entries(metadata)),
      graphName: 'doubling',
      inputs: parts.inputs,
      outputs: parts.outputs,
      externalFiles: [],
    });
  });

  it('gives free sizes without a name a question mark, and an undeclared shape as none', () => {
    const type = (shape: proto.onnx.ITensorShapeProto | null) => ({ tensorType: { elemType: 8, shape } });
    const graph = {
      input: [{ name: 'words', type: type({ dim: [{}, { dimParam: '' }, { dimValue: 4 }] }) }],
      output: [
        { name: 'unshaped', type: type(null) },
        { name: 'list', type: { sequenceType: { elemType: type(null) } } },
      ],
    };
    const { inputs, outputs } = readOnnxModel(encoded({ irVersion: 8, graph }));
    expect(inputs).toEqual([{ name: 'words', type: 'string', dims: ['?', '?', 4] }]);
    expect(outputs).toEqual([
      { name: 'unshaped', type: 'string', dims: null },
      { name: 'list', type: null, dims: null },
    ]);
  });

  it('leaves out inputs that a constant has the value of, as old exporters declare them', () => {
    const { inputs, ...rest } = parts;
    const two = { name: 'two', type: 'float32', dims: [] } as const;
    const model = readOnnxModel(modelBytes({ ...rest, inputs: [two, ...inputs] }));
    expect(model.inputs.map(({ name }) => name)).toEqual(['pixels']);
  });

  it('names the files of weights that lie outside, in nodes and inner graphs too', () => {
    const graph: proto.onnx.IGraphProto = {
      initializer: [
        externalTensor('a', 'weights.bin'),
        externalTensor('b', 'weights.bin'),
        { name: 'inside', dataType: 1, dims: [1], floatData: [1] },
      ],
      node: [
        { opType: 'Constant', attribute: [{ name: 'value', t: externalTensor('', '../constant.bin') }] },
      ],
    };
    expect(readOnnxModel(encoded({ graph })).externalFiles).toEqual(['../constant.bin', 'weights.bin']);
    expect(readOnnxModel(encoded({ graph: nested(5) })).externalFiles).toEqual(['deep.bin']);
  });

  it('takes no memory for weights', () => {
    const weights = new Float32Array(64 * 1024 * 1024);
    const { nodes, inputs, outputs, name } = parts;
    const large = {
      name,
      inputs,
      outputs,
      nodes,
      initializers: [initializer('two', 'float32', [weights.length], weights)],
    };
    const bytes = modelBytes(large);
    const before = process.memoryUsage();
    readOnnxModel(bytes);
    const after = process.memoryUsage();
    const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
    expect(grown).toBeLessThan(8 * 1024 * 1024);
  });
});

describe('readOnnxModel on bytes that are no graph', () => {
  const problemOf = (bytes: Uint8Array): string => {
    try {
      readOnnxModel(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(OnnxFileError);
      return (error as Error).message;
    }
    throw new Error('expected an error');
  };

  it('refuses nothing, text, pictures and archives', () => {
    const not = /expected an ONNX|cut off/;
    expect(problemOf(new Uint8Array())).toMatch(/expected an ONNX file with one graph in it, got none/);
    expect(problemOf(Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n'))).toMatch(
      not,
    );
    expect(problemOf(Buffer.from('<!doctype html><html><body>Not found</body></html>'))).toMatch(not);
    expect(problemOf(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))).toMatch(not);
    expect(problemOf(Buffer.from('PK\x03\x04\x14\0\0\0\x08\0'))).toMatch(not);
  });

  it('refuses a graph that is cut off anywhere, and never crashes', () => {
    const whole = modelBytes(parts, { metadata: { names: 'x' } });
    const graphEnd = whole.indexOf('doubled') + 'doubled'.length;
    for (let length = 0; length < graphEnd; length++) problemOf(whole.subarray(0, length));
  });

  it('allocates nothing for two gigabytes that a small file claims to hold', () => {
    // Field 7, the graph, with a length of 2 GiB.
    const claim = Buffer.concat([Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(1000)]);
    expect(problemOf(claim)).toMatch(
      /cut off or damaged: .* would end at byte 2147483653, but there are only 1006/,
    );
  });

  it('refuses graphs nested deeper than any real one instead of running out of stack', () => {
    expect(problemOf(encoded({ graph: nested(40) }))).toMatch(/32 deep at most/);
    const depth = 20_000;
    const writer = protobuf.Writer.create().uint32(0x3a);
    for (let i = 0; i < depth; i++) for (const tag of [0x0a, 0x2a, 0x32]) writer.fork().uint32(tag);
    writer.fork().ldelim();
    for (let i = 0; i < depth * 3; i++) writer.ldelim();
    expect(problemOf(writer.finish())).toMatch(/32 deep at most/);
  });

  it('refuses more parts than any real graph has', () => {
    // Field 7, a graph of empty nodes: two bytes each.
    const nodes = Buffer.alloc(2_000_002, Buffer.from([0x0a, 0x00]));
    const writer = protobuf.Writer.create().uint32(0x3a).bytes(nodes);
    expect(problemOf(writer.finish())).toMatch(/at most 1000000 nodes and constants/);
  });

  it('refuses a field of another kind than ONNX has there, and bytes flipped at random', () => {
    expect(problemOf(Buffer.from([0x39, 0, 0, 0, 0, 0, 0, 0, 0]))).toMatch(/byte 0 fits no ONNX file/);
    const whole = modelBytes(parts);
    for (let at = 0; at < whole.length; at++) {
      for (const bit of [1, 4, 128]) {
        const flipped = Buffer.from(whole);
        flipped[at] = flipped[at]! ^ bit;
        try {
          readOnnxModel(flipped);
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxFileError);
        }
      }
    }
  });
});

describe('modelBytes', () => {
  it('writes attributes of all kinds', () => {
    const attributes = [
      intAttribute('i', -3),
      intsAttribute('is', [1, 2]),
      floatAttribute('f', 0.5),
      floatsAttribute('fs', [0.25, -1]),
      stringAttribute('s', 'über'),
      stringsAttribute('ss', ['a', '']),
      tensorAttribute('t', initializer('t', 'int64', [1], BigInt64Array.of(7n))),
      graphAttribute('g', parts),
    ];
    const bytes = modelBytes({ ...parts, nodes: [node('Any', ['pixels'], ['doubled'], attributes)] });
    const written = onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes), { longs: Number, bytes: Buffer });
    const found = written.graph.node[0].attribute as proto.onnx.IAttributeProto[];
    expect(found.map(({ name, type }) => [name, type])).toEqual([
      ['i', onnx.AttributeProto.AttributeType.INT],
      ['is', onnx.AttributeProto.AttributeType.INTS],
      ['f', onnx.AttributeProto.AttributeType.FLOAT],
      ['fs', onnx.AttributeProto.AttributeType.FLOATS],
      ['s', onnx.AttributeProto.AttributeType.STRING],
      ['ss', onnx.AttributeProto.AttributeType.STRINGS],
      ['t', onnx.AttributeProto.AttributeType.TENSOR],
      ['g', onnx.AttributeProto.AttributeType.GRAPH],
    ]);
    const [i, is, f, fs, s, ss, t, g] = found;
    expect([i?.i, is?.ints, f?.f, fs?.floats]).toEqual([-3, [1, 2], 0.5, [0.25, -1]]);
    expect([String(s?.s), ss?.strings?.map(String)]).toEqual(['über', ['a', '']]);
    expect([t?.t?.dims, g?.g?.name]).toEqual([[1], 'doubling']);
  });

  it('refuses graphs beyond the two gigabytes of protobuf, before it makes them', () => {
    // One gigabyte once in memory and three times in the graph.
    const gigabyte = new Uint8Array(2 ** 30);
    const initializers = ['a', 'b', 'c'].map((name) =>
      initializer(name, 'uint8', [gigabyte.length], gigabyte),
    );
    expect(() => modelBytes({ ...parts, initializers })).toThrow(/holds at most 2147483647/);
  });
});
