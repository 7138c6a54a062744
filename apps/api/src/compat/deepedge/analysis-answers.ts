import type { AnalysisResult, ScoredConcept } from '@darkroom/contracts';
import { regionMasks } from './region-masks.js';

/** What `POST /api/analyze` answers, beside the picture. */
export async function analyzedAnswer(result: AnalysisResult) {
  const { concepts, scores, top } = describeConcepts(result);
  return {
    clip_analysis: { concepts, confidence_scores: scores, max_confidence_concept: top },
    basic_segmentation: await regionMasks(result.regions),
  };
}

/** What `POST /api/adv/generate` answers, beside the picture. */
export async function generatedAnswer(requestId: string, result: AnalysisResult) {
  const whole = describeConcepts(result);
  const { masks, iou_scores, polygons } = await regionMasks(result.regions);
  const segmented_regions = result.regions.map((region, index) => {
    const { concepts, scores, top } = describeConcepts(region);
    return {
      // Regions have no jobs of their own; the original gives each an id, which nothing takes.
      request_id: `${requestId}-${index}`,
      clip_analysis: { concepts, confidence_scores: scores, max_confident_concept: top },
      polygon: polygons[index]!,
    };
  });
  return {
    clip_analysis: {
      all_concepts: whole.concepts,
      all_confidence_scores: whole.scores,
      global_confident_concept: whole.top,
    },
    segmentation: { masks, iou_scores, polygons, segmented_regions },
  };
}

function describeConcepts(scored: {
  readonly concepts: readonly ScoredConcept[];
  readonly top_concept: string | null;
}) {
  return {
    concepts: scored.concepts.map(({ text }) => text),
    scores: scored.concepts.map(({ score }) => score),
    top: scored.top_concept,
  };
}
