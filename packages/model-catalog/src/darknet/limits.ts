/**
 * What an import takes at most, so that a damaged or hostile file ends in an error and not in the machine's memory.
 * All are far beyond any real network.
 */
export const LIMITS = {
  textFileBytes: 4 * 1024 * 1024,
  /** Sections of a cfg file, the first, `[net]`, included. */
  sections: 4096,
  keysPerSection: 256,
  /** Width or height of the network's input in pixels, as in the manifest. */
  inputSide: 16384,
  channels: 65536,
  kernelSide: 1024,
  stride: 1024,
  /** Numbers that one layer gives for one picture; as float32 a GiB. */
  layerElements: 2 ** 28,
  /** As many as a manifest has labels. */
  classes: 65536,
  /** Every anchor is a candidate in every cell. */
  anchors: 1024,
  /** Rows of all heads together; the largest networks have some hundred thousand. */
  candidates: 2 ** 20,
  /** What protobuf holds is 2 GiB; the weights of a larger network wouldn't fit. */
  weightsFileBytes: 2 ** 31 - 1,
} as const;
