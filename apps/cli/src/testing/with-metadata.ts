const METADATA_PROPS = 14;
const WITH_LENGTH = 2;

/** An `.onnx` file with texts in its `metadata_props`: fields of a protobuf message may follow at its end. */
export function withMetadata(onnx: Uint8Array, metadata: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(metadata).map(([key, value]) =>
    field(METADATA_PROPS, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))])),
  );
  return Buffer.concat([onnx, ...entries]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + WITH_LENGTH), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
