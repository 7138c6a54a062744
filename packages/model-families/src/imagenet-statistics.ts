import type { Preparation } from '@darkroom/contracts';

/** Mean and standard deviation of ImageNet's pictures in RGB from 0 to 1, as torchvision and transformers have them. */
export const IMAGENET_STATISTICS: Pick<Preparation, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
