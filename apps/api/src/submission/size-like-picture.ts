import type { ModelSummary } from '@darkroom/contracts';
import type { PictureSize } from './task-rules.js';

/** What a model's options say of one side of its pictures. */
interface SideOption {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

/**
 * The size of generated pictures in the proportions of one that they begin with: about as many pixels as usual, and
 * sides that the model can make.
 */
export function sizeLikePicture(picture: PictureSize, usual: PictureSize, model: ModelSummary): PictureSize {
  const { properties } = model.options as { readonly properties: Readonly<Record<string, SideOption>> };
  const scale = Math.sqrt((usual.width * usual.height) / (picture.width * picture.height));
  return {
    width: nearestSide(picture.width * scale, properties.width ?? {}),
    height: nearestSide(picture.height * scale, properties.height ?? {}),
  };
}

function nearestSide(side: number, { minimum = 1, maximum = Infinity, multipleOf = 1 }: SideOption): number {
  const least = Math.ceil(minimum / multipleOf);
  const most = Math.floor(maximum / multipleOf);
  return Math.min(Math.max(Math.round(side / multipleOf), least), most) * multipleOf;
}
