import type { Redis, Result } from 'ioredis';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomCreateJob(...keysAndArguments: string[]): Result<number, Context>;
    darkroomChangeJob(...keysAndArguments: string[]): Result<[string, number], Context>;
    darkroomForgetJob(...keysAndArguments: string[]): Result<number, Context>;
  }
}

/**
 * KEYS: record, all, by status, by task, by model, events channel.
 * ARGV: id, then fields and values. Creating an id that is there already changes nothing.
 */
const CREATE_JOB = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local id = ARGV[1]
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
for i = 2, 5 do redis.call('ZADD', KEYS[i], 0, id) end
redis.call('PUBLISH', KEYS[6], cjson.encode({ id = id, kind = 'status', status = 'queued', revision = 1 }))
return 1
`;

/**
 * The one compare-and-set behind every transition.
 *
 * KEYS: record, events channel, kept-until index, then the status indexes in the order of ARGV's statuses.
 * ARGV: JSON { id, from: [status], token?, to?, set: {field: value}, add: {field: n}, nowMs, keep?, kind,
 *   progress?, statuses: [status] }.
 * @returns [code, revision]: 'ok', 'missing', 'fenced' (another attempt holds the job) or the status it is in.
 */
const CHANGE_JOB = `
local change = cjson.decode(ARGV[1])
local current = redis.call('HMGET', KEYS[1], 'status', 'token', 'keep_ms', 'submission')
local status = current[1]
if not status or not current[4] then return { 'missing', 0 } end
local allowed = false
for _, from in ipairs(change.from) do if from == status then allowed = true end end
if not allowed then return { status, 0 } end
if change.token and change.token ~= current[2] then return { 'fenced', 0 } end
for field, value in pairs(change.set) do redis.call('HSET', KEYS[1], field, value) end
for field, n in pairs(change.add) do redis.call('HINCRBY', KEYS[1], field, n) end
redis.call('HSET', KEYS[1], 'updated_at', change.nowMs)
local revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
local to = change.to or status
if to ~= status then
  for i, name in ipairs(change.statuses) do
    if name == status then redis.call('ZREM', KEYS[3 + i], change.id) end
    if name == to then redis.call('ZADD', KEYS[3 + i], 0, change.id) end
  end
  redis.call('HSET', KEYS[1], 'status', to)
end
if change.ends then
  local keptUntil = change.nowMs + tonumber(current[3])
  redis.call('HSET', KEYS[1], 'finished_at', change.nowMs, 'kept_until', string.format('%.0f', keptUntil), 'token', '')
  redis.call('ZADD', KEYS[3], keptUntil, change.id)
end
redis.call('PUBLISH', KEYS[2], cjson.encode({
  id = change.id, kind = change.kind, status = to, revision = revision, progress = change.progress
}))
return { 'ok', revision }
`;

/**
 * Takes a job out of all indexes. With a tombstone time, the record stays as a note that there was such a job.
 *
 * KEYS: record, all, by task, by model, kept-until, then all status indexes. ARGV: id, tombstone in ms or ''.
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

/** Makes the scripts of the job store commands of a connection. */
export function defineJobScripts(redis: Redis): void {
  redis.defineCommand('darkroomCreateJob', { numberOfKeys: 6, lua: CREATE_JOB });
  redis.defineCommand('darkroomChangeJob', { lua: CHANGE_JOB });
  redis.defineCommand('darkroomForgetJob', { lua: FORGET_JOB });
}
