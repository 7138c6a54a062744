import type { AnalysisResult, GenerationResult, TaskResult } from '@darkroom/contracts';

const MOST_NAMED = 6;

/** A result in a few words: `3 found: 2 dog, 1 cat`; `5 masks`; `2 pictures, 1 withheld`; `cat 35.5 %, sofa 20.1 %`;
 * `a red star; 2 regions: a red star, a blue circle`. */
export function describeResult(result: TaskResult): string {
  if ('detections' in result) {
    const counts = Object.entries(result.counts).filter(([, count]) => count > 0);
    if (counts.length === 0) return 'nothing found';
    counts.sort(([, a], [, b]) => b - a);
    const names = counts.map(([label, count]) => `${count} ${label}`);
    return `${result.detections.length} found: ${shortened(names)}`;
  }
  if ('images' in result) return describeImages(result.images);
  if ('masks' in result) return result.masks.length === 1 ? '1 mask' : `${result.masks.length} masks`;
  if ('concepts' in result) return describeAnalysis(result);
  if (!('classes' in result)) return `an embedding of shape [${result.shape.join(', ')}]`;
  const shares = result.classes.map(({ label, fraction }) => `${label} ${(fraction * 100).toFixed(1)} %`);
  return shortened(shares);
}

function describeAnalysis({ top_concept, regions }: AnalysisResult): string {
  const found = regions.length === 1 ? '1 region' : `${regions.length} regions`;
  const ofRegions = new Set(regions.flatMap((region) => region.top_concept ?? []));
  const named = ofRegions.size > 0 ? `: ${shortened([...ofRegions])}` : '';
  return (
    [...(top_concept === null ? [] : [top_concept]), ...(regions.length > 0 ? [found + named] : [])].join(
      '; ',
    ) || 'an embedding'
  );
}

function describeImages(images: GenerationResult['images']): string {
  const withheld = images.filter(({ artifact }) => artifact === null).length;
  const made = images.length - withheld;
  const pictures = made === 1 ? '1 picture' : `${made} pictures`;
  return withheld === 0 ? pictures : `${pictures}, ${withheld} withheld`;
}

function shortened(words: readonly string[]): string {
  const more = words.length - MOST_NAMED;
  return [...words.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
