import { type CompleteManifest, schemaProblems } from '@darkroom/model-catalog';
import { describeSpec, type GraphSignature } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { detectionDefaultsSchema } from '../detection/options.js';
import { type Finding, inManifest, problemsFrom } from '../finding.js';
import type { ReadSignature } from '../one-graph-family.js';
import { type ChosenOutputs, chooseOutputs } from './choose-outputs.js';
import { familyOptions, firstClass, type MaskPasting, traitsOf } from './options.js';

/** What the family knows of a graph that fits. */
export interface RcnnSignature {
  readonly inputName: string;
  readonly inputType: 'float32' | 'float16';
  /** Whether the input has a batch of 1 around the picture. */
  readonly hasBatch: boolean;
  readonly outputs: OutputNames;
  /** The number by which the graph calls the class of id 0. */
  readonly firstClass: number;
  readonly maskPasting: MaskPasting;
  /** `null` where there are no labels. */
  readonly classes: number | null;
}

export interface OutputNames {
  readonly boxes: string;
  readonly classes: string;
  readonly scores: string;
  /** `null` where masks are not given. */
  readonly masks: string | null;
}

/**
 * Whether a graph gives the detections of an R-CNN as the manifest describes them.
 * @returns what the family knows of it, or all that doesn't fit
 */
export function readSignature(
  manifest: CompleteManifest,
  graph: GraphSignature,
): ReadSignature<RcnnSignature> {
  const options = familyOptions(manifest);
  const findings: Finding[] = schemaProblems(
    detectionDefaultsSchema(traitsOf(manifest)),
    manifest.defaults,
    '#/defaults',
  ).map(({ pointer, detail }) => inManifest(pointer, detail));
  const input = checkInput(manifest.preparation, graph.inputs, { withoutBatch: true });
  const { chosen, findings: ofOutputs } = chooseOutputs(options, graph.outputs);
  findings.push(...input.findings, ...ofOutputs, ...maskFindings(manifest, chosen));
  if (input.spec && chosen && findings.length === 0) {
    const { boxes, classes, scores, masks } = chosen;
    return {
      signature: {
        inputName: input.spec.name,
        inputType: input.spec.type as 'float32' | 'float16',
        hasBatch: input.spec.dims.length === 4,
        outputs: {
          boxes: boxes.name,
          classes: classes.name,
          scores: scores.name,
          masks: options.masks === true ? masks!.name : null,
        },
        firstClass: firstClass(manifest),
        maskPasting: options.mask_pasting ?? 'torchvision',
        classes: manifest.labels?.length ?? null,
      },
      problems: [],
    };
  }
  return { signature: null, problems: problemsFrom(findings, manifest.files.graph?.path) };
}

/** What decides on the request's options has to stand in the manifest, since they are told before the graph is open. */
function maskFindings(manifest: CompleteManifest, chosen: ChosenOutputs | null): Finding[] {
  const { masks, mask_pasting } = familyOptions(manifest);
  const findings: Finding[] = [];
  if (masks === undefined && chosen?.masks) {
    const detail = `is missing; the graph gives masks, ${describeSpec(chosen.masks)}: set it to true, or to false for boxes alone`;
    findings.push(inManifest('#/family_options/masks', detail));
  }
  if (masks === false && mask_pasting !== undefined) {
    findings.push(inManifest('#/family_options/mask_pasting', 'has no effect unless masks is true'));
  }
  return findings;
}
