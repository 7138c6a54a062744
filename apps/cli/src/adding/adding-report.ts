import { basename } from 'node:path';
import { describeResult } from '../describe-result.js';
import type { Terminal } from '../terminal.js';
import { onOneLine } from '../text-table.js';
import type { AddedModel } from './add-model.js';
import type { Serving } from './await-serving.js';
import { describePreparation } from './describe-preparation.js';

const NAME_WIDTH = 10;

/** What became of an addition, for people. */
export function addedAsText(
  added: AddedModel,
  { terminal, isPlainSample }: { readonly terminal: Terminal; readonly isPlainSample: boolean },
): string {
  const { manifest, sample, sampleFiles } = added;
  const rows: [string, string][] = [
    ['why', added.reason],
    ['labels', added.labelReason],
    ['input', describePreparation(manifest.preparation)],
    ['sample', `${describeResult(sample.result)} (${Math.round(sample.inferenceMs)} ms)`],
    ...sampleFiles.map((path): [string, string] => ['', `${path}  ${whatItShows(path)}`]),
    ...(isPlainSample && manifest.preparation ? [['', PLAIN_SAMPLE] as [string, string]] : []),
    ['folder', added.folder],
    ...added.notes.map((note): [string, string] => ['note', note]),
  ];
  const heading = `${terminal.paint('green', '✓')} ${terminal.paint('bold', manifest.id)}: ${manifest.task}, family ${manifest.family}`;
  const lines = rows.map(
    ([name, text]) => `  ${terminal.paint('dim', name.padEnd(NAME_WIDTH))}${onOneLine(text)}`,
  );
  return [heading, ...lines].join('\n');
}

const PLAIN_SAMPLE = 'The sample is a drawing of shapes: try it on a photo with --picture.';

function whatItShows(path: string): string {
  const name = basename(path);
  if (name.startsWith('image')) return 'what it made';
  return name.startsWith('overlay') ? 'what it found' : 'what the network saw';
}

/** The same for programs. */
export function addedAsJson(added: AddedModel, serving: Serving) {
  const { manifest, sample } = added;
  return {
    id: manifest.id,
    task: manifest.task,
    family: manifest.family,
    version: added.version,
    folder: added.folder,
    reason: added.reason,
    label_reason: added.labelReason,
    notes: added.notes,
    sample: {
      result: sample.result,
      inference_ms: Number(sample.inferenceMs.toFixed(1)),
      files: added.sampleFiles,
    },
    service: { url: serving.url, served: serving.isServed, detail: serving.detail },
    manifest,
  };
}
