import { disturbanceLines, othersCores } from '../machine-use.js';
import { digits, textTable } from '../text-table.js';
import type { InferenceTimes } from './inference-times.js';
import type { DecodingRow, DetectionTimes } from './measure-detection.js';
import { type TimedRow, usualTimes } from './timed-rounds.js';

const AIMED_DECODING_MS = 5;
const AIMED_DRAWING_MS = 60;
const HEADINGS = ['p50', 'p95', 'least', 'runs', 'others'];

export function detectionReport({ decoding, drawing, inference }: DetectionTimes): string[] {
  const rows = [...decoding, ...drawing.rows, ...(inference?.rows ?? [])];
  return [
    ...decodingLines(decoding),
    '',
    ...drawingLines(drawing),
    '',
    ...(inference ? inferenceLines(inference) : noInferenceLines()),
    ...disturbanceLines(rows.flatMap(({ rounds }) => rounds.map(({ use }) => use))),
  ];
}

function decodingLines(decoding: readonly DecodingRow[]): string[] {
  const rows = decoding.map((row) => [
    row.name,
    String(row.scoreThreshold),
    String(row.found),
    ...timeCells(row),
  ]);
  const [usualThreshold] = decoding.map(({ scoreThreshold }) => scoreThreshold);
  const usual = decoding.filter(({ scoreThreshold }) => scoreThreshold === usualThreshold);
  return [
    'Milliseconds from the output of a graph to the result: scores, boxes, non-maximum suppression',
    '',
    ...textTable(['output', 'threshold', 'found', ...HEADINGS], rows),
    '',
    `p50 with a threshold of ${usualThreshold}, aim under ${AIMED_DECODING_MS} ms: ` +
      usual.map((row) => verdict(row, AIMED_DECODING_MS)).join(', '),
  ];
}

function drawingLines({ width, height, found, rows }: DetectionTimes['drawing']): string[] {
  const both = rows.find(({ name }) => name === 'with overlay and crops')!;
  return [
    `Milliseconds from the outputs of a graph to result and pictures: ${width} × ${height} pixels, ${found} detections`,
    '',
    ...textTable(
      ['', ...HEADINGS],
      rows.map((row) => [row.name, ...timeCells(row)]),
    ),
    '',
    `p50, aim under ${AIMED_DRAWING_MS} ms: ${verdict(both, AIMED_DRAWING_MS)}`,
  ];
}

function inferenceLines({ width, height, rows, missing }: InferenceTimes): string[] {
  const cells = rows.map((row) => {
    const ours = rows.find(({ threads }) => threads === row.threads)!;
    const ratio = usualTimes(row).p50Ms / usualTimes(ours).p50Ms;
    return [row.name, String(row.threads), digits(ratio, 2), ...timeCells(row)];
  });
  return [
    `Milliseconds of inference alone: a Darknet network of ${width} × ${height} pixels, one picture`,
    '',
    ...textTable(['', 'threads', 'times Darkroom', ...HEADINGS], cells),
    ...missing.flatMap((name) => ['', `${name} is not installed here, and so is not in the table.`]),
  ];
}

function noInferenceLines(): string[] {
  return [
    'Inference beside other programs is left out: name a folder with the .cfg and .weights of a Darknet model with ' +
      '--model, and a picture with --photo.',
  ];
}

function timeCells(row: TimedRow): string[] {
  const { p50Ms, p95Ms, leastMs } = usualTimes(row);
  const others = row.rounds.map(({ use }) => othersCores(use)).filter((cores) => cores !== null);
  return [
    ...[p50Ms, p95Ms, leastMs].map((ms) => digits(ms, 2)),
    String(row.rounds.reduce((sum, { runs }) => sum + runs, 0)),
    digits(others.length === 0 ? null : Math.max(...others), 2),
  ];
}

function verdict(row: TimedRow, aimedMs: number): string {
  const { p50Ms } = usualTimes(row);
  return `${row.name} ${digits(p50Ms)} (${p50Ms < aimedMs ? 'reached' : 'missed'})`;
}
