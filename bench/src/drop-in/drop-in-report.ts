import { disturbanceLines, othersCores, undisturbedOf } from '../machine-use.js';
import { median } from '../percentile.js';
import { digits, textTable } from '../text-table.js';
import { AT_ONCE, type DropInFigures, type StreamedAnswers } from './measure-drop-in.js';

const MEGABYTE = 1e6;
const SECOND = 1000;
const AIMED_BYTES = 300 * MEGABYTE;

export function dropInReport({ rounds, idleBytes }: DropInFigures): string[] {
  const alone = rounds.map((round) => round.alone);
  const atOnce = rounds.map((round) => round.atOnce);
  const wholes = rounds.map(({ whole }) => whole);
  const peak = Math.max(...atOnce.map(({ peakBytes }) => peakBytes));
  return [
    `The full answer of segmentation-api, 21 classes of 512 × 512: ${megabytes(alone[0]!.bytes)} MB of JSON, medians`,
    '',
    ...textTable(
      ['', 'first byte s', 'last byte s', 'processor s', 'most memory MB', 'others'],
      [
        streamedCells('streamed, alone', alone),
        streamedCells(`streamed, ${AT_ONCE} at once`, atOnce),
        [
          'built in memory, without HTTP',
          '–',
          digits(median(wholes.map(({ elapsedMs }) => elapsedMs)) / SECOND, 2),
          digits(median(wholes.map(({ processorMs }) => processorMs)) / SECOND, 2),
          megabytes(Math.max(...wholes.map(({ peakBytes }) => peakBytes))),
          '–',
        ],
      ],
    ),
    '',
    `The api holds ${megabytes(idleBytes)} MB before; with ${AT_ONCE} answers at once, aim under ${megabytes(AIMED_BYTES)} MB: ` +
      `${megabytes(peak)} MB (${peak < AIMED_BYTES ? 'reached' : 'missed'})`,
    ...disturbanceLines([...alone, ...atOnce].map(({ use }) => use)),
  ];
}

function streamedCells(name: string, measured: readonly StreamedAnswers[]): string[] {
  const counted = undisturbedOf(measured, ({ use }) => [use]);
  const seconds = (valuesOf: (answers: StreamedAnswers) => readonly number[]) =>
    digits(median(counted.flatMap(valuesOf)) / SECOND, 2);
  const others = measured.map(({ use }) => othersCores(use)).filter((cores) => cores !== null);
  return [
    name,
    seconds(({ firstByteMs }) => firstByteMs),
    seconds(({ elapsedMs }) => elapsedMs),
    seconds(({ processorMs }) => (processorMs === null ? [] : [processorMs])),
    megabytes(Math.max(...measured.map(({ peakBytes }) => peakBytes))),
    digits(others.length === 0 ? null : Math.max(...others), 2),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
