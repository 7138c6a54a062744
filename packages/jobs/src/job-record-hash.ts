import type { JobStatus, Progress } from '@darkroom/contracts';
import {
  type JobOutcome,
  type JobRecord,
  type NewJob,
  NO_OUTCOME,
  type StoredArtifact,
  stageProgress,
} from './job-record.js';

/**
 * How a record lies in its Redis hash. What compare-and-set looks at or changes alone has a field of its own;
 * the rest is JSON: `submission` never changes, `progress` and `previews` often, `children` at a parent's steps, `outcome` once.
 */
type Hash = Record<string, string>;

interface Submission extends NewJob {}

/** A hash as scripts return it: fields and values by turns. */
export function hashFrom(fieldsAndValues: readonly string[]): Hash {
  const hash: Hash = {};
  for (let i = 0; i < fieldsAndValues.length; i += 2) hash[fieldsAndValues[i]!] = fieldsAndValues[i + 1]!;
  return hash;
}

const numberOrNull = (text: string | undefined) => (text ? Number(text) : null);

export function encodeNewJob(job: NewJob): Hash {
  const { warnings, ...submission } = job;
  return {
    status: 'queued',
    attempts: '0',
    deaths: '0',
    revision: '1',
    token: '',
    model: job.model,
    task: job.task,
    updated_at: String(job.createdAtMs),
    keep_ms: String(job.keepMs),
    batch: job.batchId ?? '',
    parent: job.parentId ?? '',
    share: String(job.share),
    deadline_at: job.deadlineAtMs === null ? '' : String(job.deadlineAtMs),
    submission: JSON.stringify(submission),
    progress: JSON.stringify(stageProgress('queued', 0)),
    outcome: JSON.stringify({ ...NO_OUTCOME, warnings } satisfies JobOutcome),
  };
}

/** @returns null for a hash that is gone or that only remembers that there was a job */
export function decodeJobRecord(hash: Hash): JobRecord | null {
  if (hash.submission === undefined) return null;
  const submission = JSON.parse(hash.submission) as Submission;
  return {
    id: submission.id,
    task: submission.task,
    model: submission.model,
    createdAtMs: submission.createdAtMs,
    keepMs: submission.keepMs,
    deadlineAtMs: submission.deadlineAtMs,
    priority: submission.priority,
    retryOf: submission.retryOf,
    batchId: submission.batchId,
    parts: submission.parts ?? [],
    children: JSON.parse(hash.children ?? '{}') as Record<string, string>,
    parentId: submission.parentId ?? null,
    share: submission.share ?? 1,
    input: submission.input,
    metadata: submission.metadata,
    status: hash.status as JobStatus,
    attempts: Number(hash.attempts),
    deaths: Number(hash.deaths),
    revision: Number(hash.revision),
    startedAtMs: numberOrNull(hash.started_at),
    finishedAtMs: numberOrNull(hash.finished_at),
    keptUntilMs: numberOrNull(hash.kept_until),
    progress: JSON.parse(hash.progress ?? 'null') as Progress,
    previews: JSON.parse(hash.previews ?? '[]') as StoredArtifact[],
    outcome: JSON.parse(hash.outcome ?? 'null') as JobOutcome,
  };
}
