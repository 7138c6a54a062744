/** What a segmentation network says of each cell of its output grid, before softmax. */
export interface Logits {
  readonly data: Float32Array;
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  /** `chw`: one plane for each class. `hwc`: the classes of a cell side by side. */
  readonly layout: 'chw' | 'hwc';
}
