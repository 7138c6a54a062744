/** What everything in a picture is looked for with, named as in the requests and in segment-anything. */
export interface GeneratorOptions {
  readonly pointsPerSide: number;
  readonly pointsPerBatch: number;
  /** A mask is dropped unless its predicted intersection over union is greater; 0 keeps all. */
  readonly predIouThresh: number;
  /** A mask is dropped when its stability score is less; 0 keeps all. */
  readonly stabilityScoreThresh: number;
  readonly stabilityScoreOffset: number;
  /** Of masks whose boxes overlap more, within a crop, the best is kept. */
  readonly boxNmsThresh: number;
  readonly cropNLayers: number;
  /** Of masks whose boxes overlap more, between crops, that of the smallest crop is kept. */
  readonly cropNmsThresh: number;
  readonly cropOverlapRatio: number;
  readonly cropNPointsDownscaleFactor: number;
  /** Holes and islands of fewer pixels are removed; 0 leaves masks as they are. */
  readonly minMaskRegionArea: number;
}

/** The defaults of segment-anything's `SamAutomaticMaskGenerator`. */
export const GENERATOR_DEFAULTS: GeneratorOptions = {
  pointsPerSide: 32,
  pointsPerBatch: 64,
  predIouThresh: 0.88,
  stabilityScoreThresh: 0.95,
  stabilityScoreOffset: 1,
  boxNmsThresh: 0.7,
  cropNLayers: 0,
  cropNmsThresh: 0.7,
  cropOverlapRatio: 512 / 1500,
  cropNPointsDownscaleFactor: 1,
  minMaskRegionArea: 0,
};
