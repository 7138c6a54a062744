import { disturbanceLines, othersCores, undisturbedOf } from '../machine-use.js';
import { median } from '../percentile.js';
import { digits, textTable } from '../text-table.js';
import type { GenerationFigures, GenerationRow } from './measure-generation.js';
import { besideMs, type StepTimes } from './step-times.js';

const AIMED_SHARE = 0.03;

export function generationReport({ steps, threads, rows }: GenerationFigures): string[] {
  return [
    `Milliseconds of a denoising step at p50, latents of 512 × 512 pixels, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    '',
    ...textTable(
      [
        '',
        'step',
        'ONNX Runtime',
        'beside',
        'least',
        'share',
        'feeds',
        'copies',
        'threads',
        'arithmetic',
        'noise',
        'processor',
        'others',
      ],
      rows.map(stepCells),
    ),
    '',
    ...verdictLines(rows),
    '',
    `Milliseconds of a whole generation of ${steps} steps at p50: text encoder, steps, decoder`,
    '',
    ...textTable(
      ['', 'from prompt to pixels', 'ONNX Runtime', 'beside', 'share', 'PNG of them'],
      rows.map(wholeCells),
    ),
    ...disturbanceLines(rows.flatMap(({ rounds }) => rounds.map(({ use }) => use))),
  ];
}

function stepCells(row: GenerationRow): string[] {
  const { whole, run, beside, least, share } = usualStep(row);
  const rounds = countedRounds(row);
  const p50 = (millisecondsOf: (times: StepTimes) => number) => median(stepsOf(row).map(millisecondsOf));
  const parts = [
    p50(({ feedsMs }) => feedsMs),
    p50(({ copiesMs }) => copiesMs),
    p50(({ waysMs }) => waysMs),
    p50(({ arithmeticMs }) => arithmeticMs),
    p50(({ noiseMs }) => noiseMs),
  ];
  const processor = rounds.flatMap(({ processorMs }) => processorMs);
  const others = row.rounds.map(({ use }) => othersCores(use)).filter((cores) => cores !== null);
  return [
    row.name,
    digits(whole),
    digits(run),
    digits(beside, 2),
    digits(least, 2),
    percent(share),
    ...parts.map((ms) => digits(ms, 2)),
    digits(processor.length === 0 ? null : median(processor), 2),
    digits(others.length === 0 ? null : Math.max(...others), 2),
  ];
}

function wholeCells(row: GenerationRow): string[] {
  const rounds = countedRounds(row);
  const whole = median(rounds.map(({ inferMs }) => inferMs));
  const runs = median(rounds.map(({ runsMs }) => runsMs));
  const beside = median(rounds.map(({ inferMs, runsMs }) => inferMs - runsMs));
  const picture = median(rounds.map(({ postprocessMs }) => postprocessMs));
  return [row.name, digits(whole), digits(runs), digits(beside), percent(beside / whole), digits(picture)];
}

function verdictLines(rows: readonly GenerationRow[]): string[] {
  const usual = rows.map(usualStep);
  const share = Math.max(...usual.map((step) => step.share));
  const beside = Math.max(...usual.map((step) => step.beside));
  return [
    `Largest share beside ONNX Runtime, aim under ${percent(AIMED_SHARE)}: ${percent(share)} ` +
      `(${share < AIMED_SHARE ? 'reached' : 'missed'}); ${digits(beside, 2)} ms are under it ` +
      `wherever a step takes more than ${digits(beside / AIMED_SHARE, 0)} ms`,
  ];
}

/** Of all steps in the undisturbed rounds. */
export function usualStep(row: GenerationRow) {
  const steps = stepsOf(row);
  const whole = median(steps.map(({ wholeMs }) => wholeMs));
  const beside = median(steps.map(besideMs));
  return {
    whole,
    run: median(steps.map(({ runMs }) => runMs)),
    beside,
    least: Math.min(...steps.map(besideMs)),
    share: beside / whole,
  };
}

function stepsOf(row: GenerationRow): StepTimes[] {
  return countedRounds(row).flatMap(({ steps }) => steps);
}

function countedRounds({ rounds }: GenerationRow) {
  return undisturbedOf(rounds, ({ use }) => [use]);
}

function percent(share: number): string {
  return `${digits(share * 100, 2)} %`;
}
