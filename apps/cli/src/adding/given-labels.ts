import { resolve } from 'node:path';
import { KNOWN_LABELS, type LabelSource, readLabelFile } from '@darkroom/model-catalog/importing';

/** The labels that `--labels` means: those of a well-known data set, or of a file. */
export async function givenLabels(setting: string | undefined): Promise<LabelSource | null> {
  if (setting === undefined) return null;
  const known = KNOWN_LABELS.find(({ name }) => name === setting);
  if (known) return { from: known.description, labels: known.labels };
  return { from: setting, labels: await readLabelFile(resolve(setting)) };
}
