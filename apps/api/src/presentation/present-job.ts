import {
  type Artifact,
  ERRORS,
  type InputImage,
  isEnded,
  type Job,
  type JobError,
  type JobSummary,
  type TaskResult,
  type Timings,
} from '@darkroom/contracts';
import { artifactsOf, type JobRecord, type StoredArtifact, type StoredPicture } from '@darkroom/jobs';
import { jobUrls } from './urls.js';

/** The picture to look at, where several were made. */
const PICTURE_ROLES = ['overlay', 'color_map', 'image'] as const;

/** What a record alone does not tell. */
export interface JobSurroundings {
  readonly base: string;
  readonly queuePosition: number | null;
  readonly etaSeconds: number | null;
}

/** A job as the wire has it, without input and result. */
export function presentJobSummary(record: JobRecord, around: JobSurroundings): JobSummary {
  const urls = jobUrls(around.base, record.id);
  const picture = pictureOf(record);
  const { outcome } = record;
  return {
    id: record.id,
    task: record.task,
    model: record.model,
    model_version: outcome.modelVersion,
    status: record.status,
    queue_position: around.queuePosition,
    eta_seconds: around.etaSeconds,
    progress: record.progress,
    created_at: isoTime(record.createdAtMs),
    started_at: isoTimeOrNull(record.startedAtMs),
    finished_at: isoTimeOrNull(record.finishedAtMs),
    deadline_at: isoTimeOrNull(record.deadlineAtMs),
    kept_until: isoTimeOrNull(record.keptUntilMs),
    attempts: record.attempts,
    artifacts: artifactsOf(record).map((artifact) => presentArtifact(artifact, urls.artifact(artifact.name))),
    warnings: [...outcome.warnings],
    error: presentError(record),
    execution: outcome.execution,
    timings: presentTimings(record),
    batch_id: record.batchId,
    parent_id: record.parentId,
    children: Object.values(record.children),
    retry_of: record.retryOf,
    metadata: { ...record.metadata },
    urls: {
      self: urls.self,
      result: urls.result,
      picture: picture ? urls.artifact(picture.name) : null,
      cancel: urls.cancel,
      events: urls.events,
    },
  };
}

/** @param result null until the job has succeeded */
export function presentJob(record: JobRecord, result: TaskResult | null, around: JobSurroundings): Job {
  const { image, options } = record.input;
  return {
    ...presentJobSummary(record, around),
    input: {
      image: image && presentPicture(image, jobUrls(around.base, record.id).input),
      priority: record.priority,
      ...options,
    },
    result,
  };
}

function presentPicture(image: StoredPicture, url: string): InputImage {
  return {
    file_name: image.fileName,
    media_type: image.mediaType,
    bytes: image.bytes,
    sha256: image.sha256,
    width: image.width,
    height: image.height,
    exif_orientation: image.exifOrientation,
    url,
  };
}

/** The picture that a job is answered with when a picture is asked for. */
export function pictureOf(record: JobRecord): StoredArtifact | null {
  for (const role of PICTURE_ROLES) {
    const artifact = record.outcome.artifacts.find((candidate) => candidate.role === role);
    if (artifact) return artifact;
  }
  return null;
}

export function presentTimings(record: JobRecord): Timings {
  const { createdAtMs, startedAtMs, finishedAtMs, outcome } = record;
  const stages = outcome.timings ?? {
    decode_ms: null,
    prepare_ms: null,
    inference_ms: null,
    postprocess_ms: null,
  };
  return {
    queue_ms: startedAtMs === null ? null : startedAtMs - createdAtMs,
    ...stages,
    total_ms: isEnded(record.status) && finishedAtMs !== null ? finishedAtMs - createdAtMs : null,
  };
}

function presentArtifact(artifact: StoredArtifact, url: string): Artifact {
  return {
    name: artifact.name,
    role: artifact.role,
    index: artifact.index,
    media_type: artifact.mediaType,
    bytes: artifact.bytes,
    width: artifact.width,
    height: artifact.height,
    url,
  };
}

function presentError({ outcome }: JobRecord): JobError | null {
  if (outcome.error === null) return null;
  const { title, retryable } = ERRORS[outcome.error.code];
  return { code: outcome.error.code, title, detail: outcome.error.detail, retryable };
}

const isoTime = (timeMs: number) => new Date(timeMs).toISOString();
const isoTimeOrNull = (timeMs: number | null) => (timeMs === null ? null : isoTime(timeMs));
