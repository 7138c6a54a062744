import { colorTable } from './color.js';

/** The colours of Cityscapes' 19 evaluated classes, by train id from 0 (road) to 18 (bicycle). */
export const CITYSCAPES_COLORS = colorTable(`
  804080 f423e8 464646 66669c be9999 999999 faaa1e dcdc00 6b8e23 98fb98 4682b4 dc143c ff0000 00008e
  000046 003c64 005064 0000e6 770b20
`);
