import type {
  AnalysisFields,
  DetectionFields,
  GenerationFields,
  ImageSource,
  SegmentationFields,
} from '@darkroom/contracts';
import type { HttpRequest } from './http-transport.js';

/** Bytes of a picture, as a file or in memory; or one of the forms that JSON has for it. */
export type ClientImage = Blob | Uint8Array | ImageSource;

/** A picture to submit. */
export interface SubmittedPicture {
  readonly image: ClientImage;
  /** Kept with the job; of a `File` its own name unless this is given. */
  readonly fileName?: string;
}

/** What `submitSegmentation` takes: the picture and the fields of the contract. */
export interface SegmentationSubmission extends SubmittedPicture, SegmentationFields {}

/** What `submitDetection` takes: the picture and the fields of the contract. */
export interface DetectionSubmission extends SubmittedPicture, DetectionFields {}

/** What `submitGeneration` takes: the fields of the contract, and a picture if it is to begin with one. */
export interface GenerationSubmission extends Partial<SubmittedPicture>, GenerationFields {}

/** What `submitAnalysis` takes: the fields of the contract, and the picture unless `generate` has one made. */
export interface AnalysisSubmission extends Partial<SubmittedPicture>, AnalysisFields {}

/** Body and headers of a submission: a form when there are bytes to send, JSON when there are none. */
export function encodeSubmission(
  submission: Partial<SubmittedPicture>,
): Pick<HttpRequest, 'body' | 'headers'> {
  const { image, fileName, ...fields } = submission;
  if (!(image instanceof Blob) && !(image instanceof Uint8Array)) {
    return { body: JSON.stringify({ image, ...fields }), headers: { 'content-type': 'application/json' } };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    // Lists and objects travel as JSON text within a form.
    if (value !== undefined)
      form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const blob = image instanceof Blob ? image : new Blob([image as Uint8Array<ArrayBuffer>]);
  const ownName = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
  form.set('image', blob, fileName ?? ownName ?? 'picture');
  // No content type: fetch adds the boundary that it has chosen.
  return { body: form, headers: {} };
}
