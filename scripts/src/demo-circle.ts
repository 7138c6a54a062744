import { readFileSync } from 'node:fs';
import type { AnalysisResult, AnalyzedRegion, Detection, DetectionResult } from '@darkroom/contracts';
import { type Box, intersectionOverUnion } from '@darkroom/imaging';
import { artifactsOf, type DemoJob, type DemoResult } from './demo-jobs.js';
import { subjectTitle } from './demo-subject.js';
import { detectionOf } from './demo-tasks.js';

/** What the circle begins with. */
export interface CircleExample {
  /** By its name among the texts. */
  readonly text: string;
  readonly seed: number;
}

export function readCircleExample(path: string): CircleExample {
  return JSON.parse(readFileSync(path, 'utf8')) as CircleExample;
}

/** Of a mask's box and a detection's: enough to be the same thing. */
const SAME_THING = 0.5;

/** What three models say of a picture that a fourth made from a text. */
export interface Circle {
  readonly generated: DemoResult;
  readonly detected: DemoResult;
  readonly analysis: AnalysisResult;
  readonly detection: Detection;
  /** Of the masks, the one that lies over the detection best. */
  readonly region: AnalyzedRegion;
  /** Intersection over union of their boxes. */
  readonly overlap: number;
}

/** The job that closes the circle: what was generated and analyzed is detected too. Null where there is nothing to detect. */
export function circleJob(results: readonly DemoResult[], { text }: CircleExample): DemoJob | null {
  const generated = resultOf(results, text, 'analysis');
  const detector = results.find(({ demoTask }) => demoTask.name === 'detection');
  const [picture] = generated ? artifactsOf(generated, 'image') : [];
  if (!generated || !detector || !picture) return null;
  const { subject, job } = generated;
  return { subject, model: detector.model, beside: [], demoTask: detectionOf(job, picture.name) };
}

/** Null where one of the models found nothing. */
export function readCircle(results: readonly DemoResult[], { text }: CircleExample): Circle | null {
  const generated = resultOf(results, text, 'analysis');
  const detected = resultOf(results, text, 'detection');
  if (!generated?.job.result || !detected?.job.result) return null;
  const analysis = generated.job.result as AnalysisResult;
  const [detection] = (detected.job.result as DetectionResult).detections;
  if (!detection) return null;
  const overlapOf = ({ box }: AnalyzedRegion) =>
    intersectionOverUnion(box as unknown as Box, detection.box as unknown as Box);
  const [region] = analysis.regions.toSorted((a, b) => overlapOf(b) - overlapOf(a));
  return region ? { generated, detected, analysis, detection, region, overlap: overlapOf(region) } : null;
}

/** Whether concept, detection and mask are of one thing, and of the one that the text asked for. */
export function agrees({ generated, analysis, detection, region, overlap }: Circle): boolean {
  const { top_concept } = analysis;
  return (
    top_concept !== null &&
    subjectTitle(generated.subject).includes(top_concept) &&
    top_concept.endsWith(detection.label) &&
    region.top_concept === top_concept &&
    overlap >= SAME_THING
  );
}

/** The circle in a few lines: what each model said. */
export function circleLines(circle: Circle): string[] {
  const { generated, detected, analysis, detection, region, overlap } = circle;
  const [masks] = generated.beside;
  const said = [
    [generated.model.id, `the whole is ${topOf(analysis)}`],
    [detected.model.id, `${detection.label} ${detection.score.toFixed(2)} at ${boxInWords(detection.box)}`],
    [
      masks?.id ?? '',
      `a mask at ${boxInWords(region.box)}, ${overlap.toFixed(2)} intersection over union with that box; it is ${topOf(region)}`,
    ],
  ] as const;
  const width = Math.max(...said.map(([id]) => id.length));
  return [
    `  ${subjectTitle(generated.subject)}, generated with seed ${seedOf(generated)}, and looked at by three models:`,
    ...said.map(([id, words]) => `    ${id.padEnd(width)}  ${words}`),
    `    ${agrees(circle) ? 'They agree with the text, and with each other.' : 'They don’t agree.'}`,
  ];
}

function resultOf(results: readonly DemoResult[], text: string, name: string): DemoResult | undefined {
  return results.find(
    ({ subject, demoTask }) => subject.kind === 'text' && subject.name === text && demoTask.name === name,
  );
}

function seedOf({ job }: DemoResult): number {
  return (job.input as unknown as { readonly generate: { readonly seed: number } }).generate.seed;
}

function topOf({ top_concept, concepts }: Pick<AnalysisResult, 'top_concept' | 'concepts'>): string {
  const score = concepts.find(({ text }) => text === top_concept)?.score ?? 0;
  return top_concept === null ? 'like no concept' : `“${top_concept}” (${(score * 100).toFixed(1)} %)`;
}

function boxInWords(box: readonly number[]): string {
  return box.map((edge) => Math.round(edge)).join(',');
}
