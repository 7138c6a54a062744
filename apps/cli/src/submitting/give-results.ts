import type { DarkroomClient } from '@darkroom/client';
import {
  type DetectedPicture,
  type FinishedPicture,
  type FormatLabel,
  isDetected,
  isMasked,
  type MaskedPicture,
  toCoco,
  toCsv,
  toYoloLines,
} from '@darkroom/result-formats';
import { CommandFailure, UsageFailure } from '../command-failure.js';
import { describeResult } from '../describe-result.js';
import { pictureName } from '../picture-word.js';
import type { Terminal } from '../terminal.js';
import type { ArtifactFolder } from './artifact-folder.js';
import { detailTables } from './detail-tables.js';
import { resultTable } from './result-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

export type SubmissionForm = 'text' | 'json' | 'coco' | 'yolo' | 'csv';

export interface ResultsPlace {
  readonly terminal: Terminal;
  readonly client: DarkroomClient;
  /** Where files are saved; `null` for nowhere. */
  readonly folder: ArtifactFolder | null;
}

/** Refused before anything is submitted: lines of several pictures in one text couldn’t be told apart. */
export function checkForm(form: SubmissionForm, pictures: number, out: string | undefined): void {
  if (form !== 'yolo' || pictures === 1 || out !== undefined) return;
  throw new UsageFailure('label files of several pictures need a folder: give --out');
}

/** Gives the results in the form that was asked for. */
export async function giveResults(
  pictures: readonly SubmittedPicture[],
  form: SubmissionForm,
  place: ResultsPlace,
): Promise<void> {
  refuseWithoutPlace(pictures, form);
  await FORMS[form](pictures, place);
}

/** The forms that not every result has a place in. */
const HAS_PLACE: Partial<Record<SubmissionForm, (picture: FinishedPicture) => boolean>> = {
  coco: (picture) => isDetected(picture) || isMasked(picture),
  yolo: isDetected,
  csv: ({ result }) => !('artifact' in result),
};

function hasPlace(form: SubmissionForm, picture: FinishedPicture): boolean {
  return HAS_PLACE[form]?.(picture) ?? true;
}

/** All pictures were asked for the same. */
function refuseWithoutPlace(pictures: readonly SubmittedPicture[], form: SubmissionForm): void {
  const [first] = finished(pictures);
  if (!first || hasPlace(form, first.picture)) return;
  const others = Object.keys(FORMS).filter((other) => hasPlace(other as SubmissionForm, first.picture));
  throw new CommandFailure(
    `${form} has no place for what came of it: ${describeResult(first.picture.result)}. Ask for ${others.join(' or ')}`,
  );
}

const FORMS: Readonly<
  Record<SubmissionForm, (pictures: readonly SubmittedPicture[], place: ResultsPlace) => Promise<void> | void>
> = {
  text: (pictures, { terminal }) => {
    const tables = [resultTable(pictures), ...detailTables(pictures)].map(([heading, ...rows]) =>
      [terminal.paint('bold', heading!), ...rows].join('\n'),
    );
    terminal.result(tables.join('\n\n'));
  },
  json: (pictures, { terminal }) => terminal.json(pictures.map(asJson)),
  csv: (pictures, { terminal }) => terminal.result(toCsv(finished(pictures).map(({ picture }) => picture))),
  coco: async (pictures, { terminal, client }) => {
    terminal.json(toCoco(withThings(pictures), await labelsOf(pictures, client)));
  },
  yolo: giveYolo,
};

function asJson({ path, job, files, problem }: SubmittedPicture) {
  return {
    picture: path,
    status: job?.status ?? 'rejected',
    error: problem ?? job?.error ?? null,
    job: job?.id ?? null,
    model: job?.model ?? null,
    model_version: job?.model_version ?? null,
    timings: job?.timings ?? null,
    result: job?.result ?? null,
    files,
  };
}

/** As trainers have them: a text for each picture, of its name, and the names of the classes. */
async function giveYolo(
  pictures: readonly SubmittedPicture[],
  { terminal, client, folder }: ResultsPlace,
): Promise<void> {
  const results = finished(pictures);
  if (folder === null) {
    for (const { picture } of results) if (isDetected(picture)) terminal.result(toYoloLines(picture));
    return;
  }
  const paths: string[] = [];
  for (const { path, picture } of results) {
    if (isDetected(picture)) paths.push(await folder.writeFor(path, '.txt', toYoloLines(picture)));
  }
  const labels = await labelsOf(pictures, client);
  paths.push(
    await folder.write(
      'classes.txt',
      labels.map(({ label }) => `${label.replaceAll(/[\r\n]/g, ' ')}\n`).join(''),
    ),
  );
  terminal.result(paths.join('\n'));
}

function finished(
  pictures: readonly SubmittedPicture[],
): { readonly path: string; readonly picture: FinishedPicture }[] {
  return pictures.flatMap(({ path, job }) => {
    if (job === null || job.result === null) return [];
    return [{ path, picture: { jobId: job.id, fileName: pictureName(path), result: job.result } }];
  });
}

function withThings(pictures: readonly SubmittedPicture[]): (DetectedPicture | MaskedPicture)[] {
  return finished(pictures).flatMap(({ picture }) =>
    isDetected(picture) || isMasked(picture) ? [picture] : [],
  );
}

/** All classes of the model that the jobs ran on. */
async function labelsOf(
  pictures: readonly SubmittedPicture[],
  client: DarkroomClient,
): Promise<readonly FormatLabel[]> {
  const model = pictures.find(({ job }) => job !== null)?.job?.model;
  return model === undefined ? [] : (await client.model(model)).labels;
}
