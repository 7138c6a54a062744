const HEADER_BYTES = 20;
const FLOAT_BYTES = 4;
/** Three anchors of four sides, an objectness and a class. */
const FILTERS = 18;
const CHANNELS = 3;

const CFG = `[net]
width=32
height=32
channels=3

[convolutional]
filters=${FILTERS}
size=1
stride=1
activation=linear

[yolo]
mask=0,1,2
anchors=10,14, 23,27, 37,58
classes=1
num=3
`;

/** The files of a Darknet model with one layer, which finds nothing. */
export function tinyDarknet(): { readonly cfg: Buffer; readonly weights: Buffer; readonly names: Buffer } {
  const weights = Buffer.alloc(HEADER_BYTES + (FILTERS + FILTERS * CHANNELS) * FLOAT_BYTES);
  // Version 0.2.5, which counts the pictures of its training in 64 bits.
  weights.writeInt32LE(2, 4);
  weights.writeInt32LE(5, 8);
  for (let filter = 0; filter < FILTERS; filter++) {
    weights.writeFloatLE(-8, HEADER_BYTES + filter * FLOAT_BYTES);
  }
  return { cfg: Buffer.from(CFG), weights, names: Buffer.from('boat\n') };
}
