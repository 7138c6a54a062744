import type { JobStatus, Progress } from '@darkroom/contracts';
import type { Redis, Result } from 'ioredis';
import type { MadePreview } from './job-record.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomCreateJob(...keysAndArguments: string[]): Result<number, Context>;
    darkroomChangeJob(...keysAndArguments: string[]): Result<[string, number, string[]?, string?], Context>;
    darkroomForgetJob(...keysAndArguments: string[]): Result<number, Context>;
    darkroomNoteBlobs(...keysAndArguments: string[]): Result<number, Context>;
  }
}

/** What is to change of a job's record, and where it may. */
export interface JobTransition {
  readonly from: readonly JobStatus[];
  readonly token?: string;
  readonly to?: JobStatus;
  readonly set?: Record<string, string>;
  readonly add?: Record<string, number>;
  readonly ends?: boolean;
  /** Whether a job past its deadline may take this step; not unless said. */
  readonly mayBeLate?: boolean;
  readonly kind?: 'status' | 'progress' | 'preview';
  readonly progress?: Progress;
  readonly made?: readonly MadePreview[];
  readonly wantsRecord?: boolean;
}

/**
 * KEYS: record, deadlines, events channel, then the indexes it enters.
 * ARGV: id, deadline in ms or '', the batch's key or '', the parent's record or '', then fields and values. Creating an
 * id that is there already, or a child of a job that has ended, changes nothing.
 */
const CREATE_JOB = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[4] ~= '' and redis.call('HGET', ARGV[4], 'status') ~= 'running' then return 0 end
local id = ARGV[1]
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
for i = 4, #KEYS do redis.call('ZADD', KEYS[i], 0, id) end
if ARGV[2] ~= '' then redis.call('ZADD', KEYS[2], ARGV[2], id) end
if ARGV[3] ~= '' then
  redis.call('ZADD', ARGV[3] .. ':jobs', 0, id)
  redis.call('HINCRBY', ARGV[3], 'n:queued', 1)
end
redis.call('PUBLISH', KEYS[3], cjson.encode({ id = id, kind = 'status', status = 'queued', revision = 1 }))
return 1
`;

/**
 * The one compare-and-set behind every transition.
 *
 * KEYS: record, events channel, kept-until index, deadlines, usage counts, then the status indexes in the order of ARGV's statuses.
 * ARGV: JSON { id, from: [status], token?, to?, set: {field: value}, add: {field: n}, nowMs, keep?, kind,
 *   progress?, made?: previews, statuses: [status], mayBeLate: whether a job past its deadline may take the step,
 *   batchPrefix, recordPrefix, childrenPrefix: what comes before a batch's id, a job's, and a status of children in their
 *   keys, wantsRecord: whether the record is to be returned }.
 * A child's progress is its parent's too, by its share: `counted` of the child is what the parent's `fraction` has of it.
 * @returns [code, revision, the record's fields and values if wanted, the parent's id or '']: 'ok', 'missing', 'fenced'
 *   (another attempt holds the job), 'late' (past its deadline) or the status it is in.
 */
const CHANGE_JOB = `
local change = cjson.decode(ARGV[1])
local current = redis.call('HMGET', KEYS[1], 'status', 'token', 'keep_ms', 'submission', 'deadline_at', 'task', 'model', 'batch', 'parent', 'share')
local parent = current[9] or ''
local status = current[1]
if not status or not current[4] then return { 'missing', 0 } end
local allowed = false
for _, from in ipairs(change.from) do if from == status then allowed = true end end
if not allowed then return { status, 0 } end
if change.token and change.token ~= current[2] then return { 'fenced', 0 } end
local deadline = tonumber(current[5])
if deadline and change.nowMs >= deadline and not change.mayBeLate then return { 'late', 0 } end
for field, value in pairs(change.set) do redis.call('HSET', KEYS[1], field, value) end
for field, n in pairs(change.add) do redis.call('HINCRBY', KEYS[1], field, n) end
redis.call('HSET', KEYS[1], 'updated_at', change.nowMs)
local revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
local to = change.to or status
if to ~= status then
  for i, name in ipairs(change.statuses) do
    local index = parent == '' and KEYS[5 + i] or change.childrenPrefix .. name
    if name == status then redis.call('ZREM', index, change.id) end
    if name == to then redis.call('ZADD', index, 0, change.id) end
  end
  redis.call('HSET', KEYS[1], 'status', to)
  local batch = change.batchPrefix .. (current[8] or '')
  if batch ~= change.batchPrefix and redis.call('EXISTS', batch) == 1 then
    redis.call('HINCRBY', batch, 'n:' .. status, -1)
    redis.call('HINCRBY', batch, 'n:' .. to, 1)
    local state = redis.call('HMGET', batch, 'n:queued', 'n:running', 'sealed', 'keep_ms')
    if state[3] and (tonumber(state[1]) or 0) + (tonumber(state[2]) or 0) == 0 then
      redis.call('HSET', batch, 'finished_at', change.nowMs)
      redis.call('PEXPIRE', batch, state[4])
    end
    local batchRevision = redis.call('HINCRBY', batch, 'revision', 1)
    redis.call('PUBLISH', KEYS[2], cjson.encode({ id = current[8], kind = 'batch', revision = batchRevision }))
  end
end
if change.ends then
  local keptUntil = change.nowMs + tonumber(current[3])
  redis.call('HSET', KEYS[1], 'finished_at', change.nowMs, 'kept_until', string.format('%.0f', keptUntil), 'token', '')
  redis.call('ZADD', KEYS[3], keptUntil, change.id)
  redis.call('ZREM', KEYS[4], change.id)
  redis.call('HINCRBY', KEYS[5], cjson.encode({ 'jobs', current[6], current[7], to }), 1)
end
redis.call('PUBLISH', KEYS[2], cjson.encode({
  id = change.id, kind = change.kind, status = to, revision = revision, progress = change.progress, made = change.made
}))
local fraction = to == 'succeeded' and 1 or change.progress and change.progress.fraction
if parent ~= '' and fraction and redis.call('HGET', change.recordPrefix .. parent, 'status') == 'running' then
  local record = change.recordPrefix .. parent
  local counted = fraction * tonumber(current[10])
  local before = tonumber(redis.call('HGET', KEYS[1], 'counted') or 0)
  redis.call('HSET', KEYS[1], 'counted', counted)
  local progress = cjson.decode(redis.call('HGET', record, 'progress'))
  progress.fraction = math.max(0, math.min(1, tonumber(redis.call('HINCRBYFLOAT', record, 'fraction', counted - before))))
  if change.progress then
    progress.stage, progress.step, progress.steps = change.progress.stage, change.progress.step, change.progress.steps
  end
  redis.call('HSET', record, 'progress', cjson.encode(progress))
  redis.call('PUBLISH', KEYS[2], cjson.encode({ id = parent, kind = 'progress', status = 'running',
    revision = redis.call('HINCRBY', record, 'revision', 1), progress = progress }))
end
return { 'ok', revision, change.wantsRecord and redis.call('HGETALL', KEYS[1]) or {}, parent }
`;

/**
 * Takes a job out of all indexes. With a tombstone time, the record stays as a note that there was such a job.
 *
 * KEYS: record, then every index it may be in. ARGV: id, tombstone in ms or ''.
 */
const FORGET_JOB = `
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
local existed = redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' and existed == 1 then
  redis.call('HSET', KEYS[1], 'no_longer_kept', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return existed
`;

/**
 * Notes blobs of a job that is still there; a tombstone has no status.
 *
 * KEYS: record, blobs of it. ARGV: keys of blobs.
 */
const NOTE_BLOBS = `
if redis.call('HEXISTS', KEYS[1], 'status') == 0 then return 0 end
return redis.call('SADD', KEYS[2], unpack(ARGV))
`;

/** Makes the scripts of the job store commands of a connection. */
export function defineJobScripts(redis: Redis): void {
  redis.defineCommand('darkroomCreateJob', { lua: CREATE_JOB });
  redis.defineCommand('darkroomChangeJob', { lua: CHANGE_JOB });
  redis.defineCommand('darkroomForgetJob', { lua: FORGET_JOB });
  redis.defineCommand('darkroomNoteBlobs', { numberOfKeys: 2, lua: NOTE_BLOBS });
}
