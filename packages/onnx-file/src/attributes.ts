import proto from 'onnx-proto';
import { type GraphParts, graphProto } from './graph-parts.js';
import type { Initializer } from './initializer.js';
import type { Attribute } from './node.js';

const { AttributeType } = proto.onnx.AttributeProto;

export function intAttribute(name: string, i: number): Attribute {
  return { name, type: AttributeType.INT, i };
}

export function intsAttribute(name: string, ints: readonly number[]): Attribute {
  return { name, type: AttributeType.INTS, ints: [...ints] };
}

export function floatAttribute(name: string, f: number): Attribute {
  return { name, type: AttributeType.FLOAT, f };
}

export function floatsAttribute(name: string, floats: readonly number[]): Attribute {
  return { name, type: AttributeType.FLOATS, floats: [...floats] };
}

export function stringAttribute(name: string, text: string): Attribute {
  return { name, type: AttributeType.STRING, s: Buffer.from(text) };
}

export function stringsAttribute(name: string, texts: readonly string[]): Attribute {
  return { name, type: AttributeType.STRINGS, strings: texts.map((text) => Buffer.from(text)) };
}

export function tensorAttribute(name: string, t: Initializer): Attribute {
  return { name, type: AttributeType.TENSOR, t };
}

/** A graph inside a node, such as the body of a Loop. */
export function graphAttribute(name: string, parts: GraphParts): Attribute {
  return { name, type: AttributeType.GRAPH, g: graphProto(parts) };
}
