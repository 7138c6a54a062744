import type { BlobStore } from '@darkroom/blob-store';
import { decodeGrey } from '@darkroom/imaging';
import type { JobRecord, StoredArtifact } from '@darkroom/jobs';
import { nestedArraysOfClassIds, nestedArraysOfNpy } from './nested-arrays.js';
import { isResultType, RESULT_TYPES, type ResultType } from './result-types.js';

const NOT_SUPPORTED = JSON.stringify('result type not supported');

/** The answer as JSON, piece by piece: all of it would be a hundred megabytes and more. */
export async function* streamAnswer(
  record: JobRecord,
  imageType: 'file' | 'url',
  resultTypes: readonly string[],
  blobs: BlobStore,
): AsyncGenerator<string> {
  // Whatever was asked for, it is ONNX that ran.
  const about = { Status: 'OK', infer_model_type: 'onnx', image_type: imageType };
  yield `${JSON.stringify(about).slice(0, -1)},"requested_results":{`;
  for (const [index, name] of resultTypes.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (isResultType(name)) yield* streamResult(record, name, blobs);
    else yield NOT_SUPPORTED;
  }
  yield '}}';
}

async function* streamResult(record: JobRecord, type: ResultType, blobs: BlobStore): AsyncGenerator<string> {
  const artifact = record.outcome.artifacts.find(({ role }) => role === RESULT_TYPES[type])!;
  if (type !== 'segmentation_map') return yield* nestedArraysOfNpy(artifact, blobs);
  const { data, width } = await decodeGrey(await wholeFile(artifact, blobs));
  yield* nestedArraysOfClassIds(data, width);
}

async function wholeFile({ blobKey, name }: StoredArtifact, blobs: BlobStore): Promise<Buffer> {
  const bytes = await blobs.get(blobKey);
  if (!bytes) throw new Error(`${name} is gone`);
  return bytes;
}
