import { disturbanceLines, type MachineUse, othersCores } from '../machine-use.js';
import { median } from '../percentile.js';
import { digits, textTable } from '../text-table.js';
import type { DecoderRun } from './decoder-alone.js';
import { PICTURE_SIZE } from './everything-settings.js';
import type { EverythingRow } from './measure-everything.js';
import type { PromptFigures } from './measure-prompts.js';
import type { SamFigures } from './measure-sam.js';
import type { PromptTimes } from './prompted-model.js';
import { type TimedBatch, usualOf } from './timed-batch.js';

/** Worker time of a first prompt by that of another. */
const AIMED_RATIO = 20;
const AIMED_BEYOND_DECODER_MS = 60;
const MEBIBYTE = 1024 ** 2;

export function samReport({ prompts, everything }: SamFigures): string[] {
  const { first, next, elsewhere, decoderAlone, transformers } = prompts;
  const batches = [first, next, elsewhere, decoderAlone, transformers?.first ?? [], transformers?.next ?? []];
  const uses = [
    ...batches.flatMap((series) => series.map(({ use }) => use)),
    ...everything.map(({ use }) => use),
  ];
  return [
    ...promptLines(prompts),
    '',
    ...everythingLines(everything),
    '',
    ...transformersLines(prompts),
    ...disturbanceLines(uses),
  ];
}

const inWorker = ({ workerMs }: PromptTimes) => workerMs;
const onTheWholeWay = ({ wallMs }: PromptTimes) => wallMs;
const alone = ({ wallMs }: DecoderRun) => wallMs;
const processorAlone = ({ processorMs }: DecoderRun) => processorMs;

const PROMPT_HEADINGS = [
  '',
  'embedding',
  'whole way p50',
  'worker p50',
  'least',
  'inference p50',
  'processor',
  'prompts',
  'others',
];

function promptLines(figures: PromptFigures): string[] {
  const { picture, first, next, elsewhere, decoderAlone } = figures;
  const { p50, least } = usualOf(decoderAlone, alone);
  const processor = usualOf(decoderAlone, processorAlone).p50;
  const decoderCells = ['–', '–', '–', digits(least), digits(p50), ...endCells(decoderAlone, processor)];
  return [
    `Milliseconds of a prompt, one point on ${picture.width} × ${picture.height} pixels, encoder of ViT-B's size`,
    '',
    ...textTable(PROMPT_HEADINGS, [
      promptRow('first prompt on a picture', first),
      promptRow('another, same worker', next),
      promptRow('another, other worker', elsewhere),
      ['the decoder alone', ...decoderCells],
    ]),
    '',
    ...promptVerdicts(figures),
  ];
}

function promptRow(name: string, batches: readonly TimedBatch<PromptTimes>[]): string[] {
  const sources = new Set(batches.flatMap(({ times }) => times.map(({ embedding }) => embedding ?? '–')));
  const worker = usualOf(batches, inWorker);
  const inference = usualOf(batches, ({ inferenceMs }) => inferenceMs);
  const milliseconds = [usualOf(batches, onTheWholeWay).p50, worker.p50, worker.least, inference.p50];
  return [
    name,
    [...sources].join(', '),
    ...milliseconds.map((ms) => digits(ms)),
    ...endCells(batches, worker.processorMs),
  ];
}

function promptVerdicts({ first, next, decoderAlone }: PromptFigures): string[] {
  const decoderMs = usualOf(decoderAlone, alone).p50;
  const worker = usualOf(next, inWorker);
  const ratio = usualOf(first, inWorker).p50 / worker.p50;
  const beyondInWorkerMs = worker.p50 - decoderMs;
  const beyondMs = usualOf(next, onTheWholeWay).p50 - decoderMs;
  const processorMs = worker.processorMs - usualOf(decoderAlone, processorAlone).p50;
  return [
    `Worker time of another prompt, aim at most 1/${AIMED_RATIO} of the first's: 1/${digits(ratio, 0)} (${verdict(ratio >= AIMED_RATIO)})`,
    `Beyond the decoder, aim under ${AIMED_BEYOND_DECODER_MS} ms: ${digits(beyondInWorkerMs)} ms in the worker, ` +
      `${digits(beyondMs)} ms on the whole way (${verdict(beyondMs < AIMED_BEYOND_DECODER_MS)}), ` +
      `${digits(processorMs)} ms of the service's processor time`,
  ];
}

function everythingLines(rows: readonly EverythingRow[]): string[] {
  const { width, height } = PICTURE_SIZE;
  const seconds = (ms: number) => digits(ms / 1000, 2);
  return [
    `Seconds of everything: ${rows[0]!.points} points on ${width} × ${height} pixels`,
    '',
    ...textTable(
      [
        'thresholds',
        'masks',
        'in all',
        'decoder',
        'its processor',
        'of the masks',
        'result',
        'peak MiB',
        'beyond it',
        'others',
      ],
      rows.map((row) => [
        row.name,
        String(row.masks),
        seconds(row.elapsedMs),
        seconds(row.decoderMs),
        seconds(row.decoderProcessorMs),
        seconds(row.lookingProcessorMs),
        seconds(row.postprocessMs),
        digits(row.peakBytes / MEBIBYTE, 0),
        digits((row.peakBytes - row.decoderPeakBytes) / MEBIBYTE, 0),
        othersCell([row.use]),
      ]),
    ),
  ];
}

function transformersLines({ first, next, transformers }: PromptFigures): string[] {
  if (transformers === null) {
    return [
      'Prompts in transformers.js are left out: name a folder that it is in, or may be installed in, with --transformers.',
    ];
  }
  const row = <Times>(
    name: string,
    millisecondsOf: (times: Times) => number,
    [ofFirst, ofNext]: readonly [readonly TimedBatch<Times>[], readonly TimedBatch<Times>[]],
  ) => {
    const cells = [ofFirst, ofNext].flatMap((batches) => {
      const { p50, least, processorMs } = usualOf(batches, millisecondsOf);
      return [p50, least, processorMs].map((ms) => digits(ms, 0));
    });
    return [name, ...cells, othersCell([...ofFirst, ...ofNext].map(({ use }) => use))];
  };
  const { version, overlaps, scoreDifferences } = transformers;
  return [
    'Milliseconds to the answer, the same model, pictures and prompts',
    '',
    ...textTable(
      ['', 'first p50', 'least', 'processor', 'another p50', 'least', 'processor', 'others'],
      [
        row('Darkroom, through the service', ({ wallMs }: PromptTimes) => wallMs, [first, next]),
        row(`transformers.js ${version}`, (ms: number) => ms, [transformers.first, transformers.next]),
      ],
    ),
    '',
    `Intersection over union of ${overlaps.length} masks with the other's: ${digits(median(overlaps), 4)} at p50, ` +
      `${digits(Math.min(...overlaps), 4)} at least; scores differ by at most ${digits(Math.max(...scoreDifferences), 5)}`,
  ];
}

function endCells(batches: readonly TimedBatch<unknown>[], processorMs: number): string[] {
  const runs = batches.reduce((sum, { times }) => sum + times.length, 0);
  return [digits(processorMs), String(runs), othersCell(batches.map(({ use }) => use))];
}

function othersCell(uses: readonly (MachineUse | null)[]): string {
  const cores = uses.map(othersCores).filter((value) => value !== null);
  return digits(cores.length === 0 ? null : Math.max(...cores), 2);
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
