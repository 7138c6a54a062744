import { disturbanceLines, type MachineUse, othersCores } from '../machine-use.js';
import { median } from '../percentile.js';
import { digits, textTable } from '../text-table.js';
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

function promptLines({ picture, first, next, elsewhere, decoderAlone }: PromptFigures): string[] {
  const worker = ({ workerMs }: PromptTimes) => workerMs;
  const wall = ({ wallMs }: PromptTimes) => wallMs;
  const row = (name: string, batches: readonly TimedBatch<PromptTimes>[]) => {
    const sources = new Set(batches.flatMap(({ times }) => times.map(({ embedding }) => embedding ?? '–')));
    const inWorker = usualOf(batches, worker);
    const inference = usualOf(batches, ({ inferenceMs }) => inferenceMs);
    const milliseconds = [usualOf(batches, wall).p50, inWorker.p50, inWorker.least, inference.p50];
    return [
      name,
      [...sources].join(', '),
      ...milliseconds.map((ms) => digits(ms)),
      ...endCells(batches, inWorker.processorMs),
    ];
  };
  const alone = usualOf(decoderAlone, ({ wallMs }) => wallMs);
  const aloneProcessor = usualOf(decoderAlone, ({ processorMs }) => processorMs);
  const known = usualOf(next, worker);
  const ratio = usualOf(first, worker).p50 / known.p50;
  const [inWorker, inAll] = [known.p50 - alone.p50, usualOf(next, wall).p50 - alone.p50];
  const processor = known.processorMs - aloneProcessor.p50;
  return [
    `Milliseconds of a prompt, one point on ${picture.width} × ${picture.height} pixels, encoder of ViT-B's size`,
    '',
    ...textTable(
      [
        '',
        'embedding',
        'whole way p50',
        'worker p50',
        'least',
        'inference p50',
        'processor',
        'prompts',
        'others',
      ],
      [
        row('first prompt on a picture', first),
        row('another, same worker', next),
        row('another, other worker', elsewhere),
        [
          'the decoder alone',
          '–',
          '–',
          '–',
          digits(alone.least),
          digits(alone.p50),
          ...endCells(decoderAlone, aloneProcessor.p50),
        ],
      ],
    ),
    '',
    `Worker time of another prompt, aim at most 1/${AIMED_RATIO} of the first's: 1/${digits(ratio, 0)} (${verdict(ratio >= AIMED_RATIO)})`,
    `Beyond the decoder, aim under ${AIMED_BEYOND_DECODER_MS} ms: ${digits(inWorker)} ms in the worker, ` +
      `${digits(inAll)} ms on the whole way (${verdict(inAll < AIMED_BEYOND_DECODER_MS)}), ` +
      `${digits(processor)} ms of the service's processor time`,
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
        'processor: decoder',
        'masks of it',
        'result',
        'peak MiB',
        'more',
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
