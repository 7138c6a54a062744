import { isEnded } from '@darkroom/contracts';
import type { JobPart, JobRecord } from './job-record.js';

/**
 * A job that several models do together is a parent that steps. It runs nothing itself: each of its `parts` becomes a
 * job of its own, a child, on the queue of the part's model.
 *
 *   queued ──first step──▶ running ──a child ended: next step──▶ running ──last step──▶ succeeded | failed | canceled
 *
 * A step looks at the children as they are and does what is to be done next. It is delivered when the job is made, and
 * each time that a child ends; any worker takes it. Between steps nobody has the job in hand, so workers may come and go.
 * A step draws a new token as an attempt does: of two at a time, only the one that began last can write, and it saw all
 * that the other did. A child's id is written down before the child is made, so one whose step died is made by the next.
 * A child that doesn't succeed ends its parent, which ends the other children.
 */
export type NextStep =
  /** These parts have no child yet, and their turn has come. */
  | { readonly kind: 'begin'; readonly parts: readonly JobPart[] }
  | { readonly kind: 'wait' }
  /** All parts have succeeded. */
  | { readonly kind: 'finish' }
  /** This child ended without success. */
  | { readonly kind: 'stop'; readonly child: JobRecord };

/** What {@link nextStep} and those who act on it know of a parent. */
export interface JobFamily {
  readonly parent: JobRecord;
  /** By the part they do; without those that are not made, or gone. */
  readonly children: ReadonlyMap<string, JobRecord>;
}

export function nextStep({ parent, children }: JobFamily): NextStep {
  const stopped = [...children.values()].find(
    (child) => isEnded(child.status) && child.status !== 'succeeded',
  );
  if (stopped) return { kind: 'stop', child: stopped };
  const hasSucceeded = (name: string) => children.get(name)?.status === 'succeeded';
  const due = parent.parts.filter(({ name, after }) => !children.has(name) && after.every(hasSucceeded));
  if (due.length > 0) return { kind: 'begin', parts: due };
  return parent.parts.every(({ name }) => hasSucceeded(name)) ? { kind: 'finish' } : { kind: 'wait' };
}

/** @param getMany the records of ids, without those that are gone */
export async function readFamily(
  parent: JobRecord,
  getMany: (ids: readonly string[]) => Promise<readonly JobRecord[]>,
): Promise<JobFamily> {
  const records = await getMany(Object.values(parent.children));
  const byId = new Map(records.map((record) => [record.id, record]));
  const children = Object.entries(parent.children).flatMap(([part, id]): [string, JobRecord][] => {
    const record = byId.get(id);
    return record ? [[part, record]] : [];
  });
  return { parent, children: new Map(children) };
}
