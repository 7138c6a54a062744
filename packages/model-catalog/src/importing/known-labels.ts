import type { ModelManifest } from '@darkroom/contracts';

/** The labels of a data set that many networks are trained on. */
export interface KnownLabels {
  /** `coco-80` */
  readonly name: string;
  /** For people: `the 80 classes of COCO detection`. */
  readonly description: string;
  readonly labels: readonly string[];
  /** Colours that belong to them. */
  readonly palette: NonNullable<ModelManifest['palette']>;
}

/** COCO's 80 things in the order in which networks count them. */
const COCO_THINGS =
  `person|bicycle|car|motorcycle|airplane|bus|train|truck|boat|traffic light|fire hydrant|stop sign|
parking meter|bench|bird|cat|dog|horse|sheep|cow|elephant|bear|zebra|giraffe|backpack|umbrella|handbag|tie|suitcase|
frisbee|skis|snowboard|sports ball|kite|baseball bat|baseball glove|skateboard|surfboard|tennis racket|bottle|
wine glass|cup|fork|knife|spoon|bowl|banana|apple|sandwich|orange|broccoli|carrot|hot dog|pizza|donut|cake|chair|
couch|potted plant|bed|dining table|toilet|tv|laptop|mouse|remote|keyboard|cell phone|microwave|oven|toaster|sink|
refrigerator|book|clock|vase|scissors|teddy bear|hair drier|toothbrush`
    .replaceAll('\n', '')
    .split('|');

/** COCO's own category ids go to 90 and leave these out. */
const COCO_GAPS: ReadonlySet<number> = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
const COCO_HIGHEST_ID = 90;
const NO_CLASS = 'N/A';
const BACKGROUND = 'background';

const VOC_THINGS =
  `aeroplane|bicycle|bird|boat|bottle|bus|car|cat|chair|cow|diningtable|dog|horse|motorbike|person|
pottedplant|sheep|sofa|train|tvmonitor`
    .replaceAll('\n', '')
    .split('|');

export const KNOWN_LABELS: readonly KnownLabels[] = [
  {
    name: 'coco-80',
    description: 'the 80 classes of COCO detection',
    labels: COCO_THINGS,
    palette: 'coco',
  },
  {
    name: 'coco-91',
    description: 'COCO’s own category ids from 0 (background) to 90',
    labels: cocoCategoryLabels(),
    palette: 'distinct',
  },
  {
    name: 'voc-20',
    description: 'the 20 classes of Pascal VOC',
    labels: VOC_THINGS,
    palette: 'distinct',
  },
  {
    name: 'voc-21',
    description: 'the 20 classes of Pascal VOC and the background',
    labels: [BACKGROUND, ...VOC_THINGS],
    palette: 'pascal-voc',
  },
];

function cocoCategoryLabels(): string[] {
  const things = COCO_THINGS.values();
  return Array.from({ length: COCO_HIGHEST_ID + 1 }, (_, id) => {
    if (id === 0) return BACKGROUND;
    return COCO_GAPS.has(id) ? NO_CLASS : things.next().value!;
  });
}
