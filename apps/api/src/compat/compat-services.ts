import type { CompatService } from './compat-service.js';
import { deepedge } from './deepedge/deepedge.js';
import { detectron2 } from './detectron2/detectron2.js';
import { dlim } from './dlim/dlim.js';
import { ilytics } from './ilytics/ilytics.js';
import { segmentationApi } from './segmentation-api/segmentation-api.js';

/** The existing services that the api can answer for. Adding one is one line here. */
export const COMPAT_SERVICES: readonly CompatService[] = [
  dlim,
  detectron2,
  segmentationApi,
  deepedge,
  ilytics,
];
