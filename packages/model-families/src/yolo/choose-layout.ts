import type { CompleteManifest } from '@darkroom/model-catalog';
import { describeSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import {
  type CandidateLayout,
  type CandidateShape,
  candidatesIn,
  possibleLayouts,
  valuesIn,
} from './candidate-layout.js';
import type { ChosenOutputs } from './choose-outputs.js';
import { countCells, USUAL_STRIDES } from './grid-cells.js';
import { familyOptions, WITH_OBJECTNESS, type YoloOptions } from './options.js';

type Choice = { readonly layout: CandidateLayout | null; readonly findings: readonly Finding[] };

const refuse = (finding: Finding): Choice => ({ layout: null, findings: [finding] });

/** How the detections are to be read: as the manifest says, and for the rest in the only way that shapes allow. */
export function chooseLayout(manifest: CompleteManifest, outputs: ChosenOutputs): Choice {
  const options = familyOptions(manifest);
  const shape = shapeOf(manifest, outputs);
  const [layout, ...others] = possibleLayouts(shape, options);
  if (!layout) return refuse(misfit(shape, options, outputs));
  if (others.length > 0) return refuse(ambiguity([layout, ...others], options, outputs));
  return { layout, findings: unsaidTraits(layout, options, outputs) };
}

function shapeOf(
  { labels, preparation: { width, height } }: CompleteManifest,
  { detections, prototypes }: ChosenOutputs,
): CandidateShape {
  return {
    dims: detections.dims,
    prototypes: prototypes?.dims[1] ?? 0,
    labels: labels?.length ?? null,
    inputSize: width === undefined || height === undefined ? null : { width, height },
  };
}

/** What decides on the request's options has to stand in the manifest, since they are told before the graph is open. */
function unsaidTraits(
  { layout, objectness, classes, coefficients }: CandidateLayout,
  options: YoloOptions,
  { detections, prototypes }: ChosenOutputs,
): Finding[] {
  const findings: Finding[] = [];
  if (objectness && options.objectness === undefined && !WITH_OBJECTNESS.includes(layout)) {
    const detail =
      `is missing; with ${classes} labels the output ${describeSpec(detections)} has a score of being anything at all ` +
      `before those of the classes. Set it to true if that is so, as in v5 and v7; if not, ${classes! + 1} labels are needed`;
    findings.push(inManifest('#/family_options/objectness', detail));
  }
  if (layout === 'end-to-end' && options.layout === undefined) {
    const detail = `is missing; the output ${describeSpec(detections)} holds boxes that are chosen already: set it to end-to-end`;
    findings.push(inManifest('#/family_options/layout', detail));
  }
  if (coefficients > 0 && options.masks === undefined) {
    const detail = `is missing; the graph gives prototypes of masks, ${describeSpec(prototypes!)}: set it to true, or to false for boxes alone`;
    findings.push(inManifest('#/family_options/masks', detail));
  }
  return findings;
}

const CHOICES = {
  layout: 'decoded, grid (YOLOX as it exports by default) or end-to-end',
  candidates: 'first or last',
  objectness: 'true or false, or name all labels',
  coefficients: 'true or false',
} as const;

/** The first thing that the possible readings don't agree in. */
function ambiguity(
  readings: readonly CandidateLayout[],
  options: YoloOptions,
  { detections }: ChosenOutputs,
): Finding {
  const aspects = Object.keys(CHOICES) as (keyof typeof CHOICES)[];
  const isOpen = (aspect: keyof typeof CHOICES) =>
    new Set(readings.map((reading) => reading[aspect])).size > 1;
  // Without labels whatever is left open seems so because of the number of classes.
  const aspect = aspects.find(isOpen) ?? 'layout';
  const field = aspect === 'coefficients' ? 'masks' : aspect;
  const detail =
    `${options[field] === undefined ? 'is missing' : 'is not enough'}; the output ${describeSpec(detections)} ` +
    `can be read in several ways. Set it to ${CHOICES[aspect]}`;
  return inManifest(`#/family_options/${field}`, detail);
}

/** Why no reading fits: the number of labels, the number of cells, or the shape altogether. */
function misfit(shape: CandidateShape, options: YoloOptions, { detections }: ChosenOutputs): Finding {
  const spec = describeSpec(detections);
  const withoutGrid = { ...shape, inputSize: null };
  if (options.layout === 'grid' && possibleLayouts(withoutGrid, options).length > 0) {
    const { width, height } = shape.inputSize!;
    const strides = options.strides ?? USUAL_STRIDES;
    const detail =
      `expected a candidate for each of the ${countCells({ width, height }, strides)} cells that ${width} × ${height} pixels ` +
      `have with strides of ${strides.join(', ')}, got ${candidatesIn(shape, 'first')} in ${spec}. Set the strides that the network has`;
    return inManifest('#/family_options/strides', detail);
  }
  const withoutLabels = possibleLayouts({ ...shape, labels: null }, options);
  if (shape.labels !== null && withoutLabels.length > 0) {
    const detail = `expected ${classCounts(withoutLabels, shape)} labels, one for each class of the output ${spec}, got ${shape.labels}`;
    return inManifest('#/labels', detail);
  }
  const maskValues = options.masks ? ` and ${shape.prototypes} of its mask` : '';
  const detail =
    `expected for each candidate 4 values of its box, a score for each class${maskValues}, and perhaps an objectness; ` +
    `or 6 of a box that is chosen. Got ${spec}. Set layout, candidates and objectness in family_options as the graph has them`;
  return inGraph(`output ${detections.name}`, detail);
}

/** How many classes the output may have, where the candidates are what there are more of. */
function classCounts(readings: readonly CandidateLayout[], shape: CandidateShape): string {
  const fewest = Math.min(...readings.map(({ candidates }) => valuesIn(shape, candidates) ?? Infinity));
  const counts = readings
    .filter(({ candidates, layout }) => layout !== 'end-to-end' && valuesIn(shape, candidates) === fewest)
    .map(({ classes, objectness, coefficients }) => {
      const notes = [...(objectness ? ['with objectness'] : []), ...(coefficients ? ['with masks'] : [])];
      return `${classes}${notes.length > 0 ? ` (${notes.join(' and ')})` : ''}`;
    });
  return [...new Set(counts)].join(' or ');
}
