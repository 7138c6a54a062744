import type { DetectionResult } from '@darkroom/contracts';
import type { JobRecord, StoredArtifact } from '@darkroom/jobs';

/** Where a {@link DetectedArea} takes its files from. */
export interface AreaFiles {
  bytesOf(artifact: StoredArtifact): Promise<Buffer>;
  /** Any picture as a JPEG. */
  toJpeg(picture: Buffer): Promise<Buffer>;
}

/** What a job found on a picture. Its files are read one by one, whenever they are asked for: together they may be large. */
export class DetectedArea {
  readonly record: JobRecord;
  readonly result: DetectionResult;
  /** How many things were found, and cut out. */
  readonly partCount: number;
  readonly #drawn: StoredArtifact;
  readonly #parts: readonly StoredArtifact[];
  readonly #files: AreaFiles;

  /** @param record a detection that succeeded, with overlay and crops */
  constructor(record: JobRecord, result: DetectionResult, files: AreaFiles) {
    const { artifacts } = record.outcome;
    this.record = record;
    this.result = result;
    this.#drawn = artifacts.find(({ role }) => role === 'overlay')!;
    this.#parts = artifacts
      .filter(({ role }) => role === 'crop')
      .sort((one, other) => one.index! - other.index!);
    this.partCount = this.#parts.length;
    this.#files = files;
  }

  /** The picture with what was found drawn on it. */
  drawn(): Promise<Buffer> {
    return this.#files.bytesOf(this.#drawn);
  }

  /** One of the things found, cut out: a JPEG, whatever the drawn picture is, as with the original. */
  async part(index: number): Promise<Buffer> {
    const part = this.#parts[index]!;
    const bytes = await this.#files.bytesOf(part);
    return part.mediaType === 'image/jpeg' ? bytes : this.#files.toJpeg(bytes);
  }
}
