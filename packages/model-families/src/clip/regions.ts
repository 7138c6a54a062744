import { DarkroomError, type KnownRegion } from '@darkroom/contracts';
import { areaOfRuns, type Box, boxOfRuns, decodeRuns, type MaskRuns, type Size } from '@darkroom/imaging';

/** A region of a picture. */
export interface Region {
  readonly mask: MaskRuns;
  /** In pixels. */
  readonly area: number;
  /** `null` where no pixel is in it. */
  readonly box: Box | null;
  readonly predictedIou: number | null;
}

/** @throws DarkroomError `invalid_field` for a mask that isn't one of this picture */
export function readRegions(known: readonly KnownRegion[], picture: Size): Region[] {
  return known.map(({ rle, predicted_iou }, index) => {
    const mask = readMask(rle, picture, `#/regions/${index}/rle`);
    return { mask, area: areaOfRuns(mask), box: boxOfRuns(mask), predictedIou: predicted_iou };
  });
}

function readMask({ size, counts }: KnownRegion['rle'], picture: Size, pointer: string): MaskRuns {
  const [height = 0, width = 0] = size;
  if (width !== picture.width || height !== picture.height) {
    const detail = `expected [${picture.height}, ${picture.width}], height and width of the picture, got [${size.join(', ')}]`;
    throw unfit(`${pointer}/size`, detail);
  }
  try {
    return decodeRuns({ size: [height, width], counts }, { maxPixels: width * height });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unfit(`${pointer}/counts`, error.message);
  }
}

function unfit(pointer: string, detail: string): DarkroomError {
  return new DarkroomError('invalid_field', `${pointer}: ${detail}.`, { fields: [{ pointer, detail }] });
}
