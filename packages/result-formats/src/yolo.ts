import { zipSync } from 'fflate';
import { allLabels } from './coco.js';
import { type DetectedPicture, type FormatLabel, nameOf } from './finished-picture.js';

/**
 * Detections as lines of a YOLO label file: class id, then centre x, centre y, width and height of the box, relative
 * to the picture's.
 */
export function toYoloLines({ result }: Pick<DetectedPicture, 'result'>): string {
  const { width, height, detections } = result;
  const lines = detections.map(({ class_id, box }) => {
    const [x0, y0, x1, y1] = box as [number, number, number, number];
    const relative = [(x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height];
    return `${class_id} ${relative.map((value) => value.toFixed(6)).join(' ')}\n`;
  });
  return lines.join('');
}

/**
 * A zip of one label file for each picture, in `labels/`, and `classes.txt` with the labels by id. Pictures of one
 * name get their job's id too.
 */
export function toYoloZip(pictures: readonly DetectedPicture[], labels: readonly FormatLabel[]): Uint8Array {
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = { 'classes.txt': encoder.encode(classNames(pictures, labels)) };
  for (const picture of pictures) {
    const stem = stemOf(nameOf(picture));
    const own = `labels/${stem}.txt`;
    const path = own in files ? `labels/${stem}.${picture.jobId}.txt` : own;
    files[path] = encoder.encode(toYoloLines(picture));
  }
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}

/** One label a line, the first for class 0; ids that nobody has are empty lines. */
function classNames(pictures: readonly DetectedPicture[], labels: readonly FormatLabel[]): string {
  const known = allLabels(pictures, labels);
  const names: string[] = [];
  for (const { id, label } of known) {
    while (names.length < id) names.push('');
    names.push(label.replaceAll(/[\r\n]/g, ' '));
  }
  return names.map((name) => `${name}\n`).join('');
}

/** A file name without folders and ending: it becomes a path in somebody's file system. */
function stemOf(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const stem = base.includes('.') ? base.slice(0, base.lastIndexOf('.')) : base;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const safe = stem.replaceAll(/[\u0000-\u001f<>:"|?*]/g, '_').replace(/^\.+/, '');
  return safe || 'picture';
}
