import { readFileSync, writeFileSync } from 'node:fs';

const KIBIBYTE = 1024;

/** The most that a process has held since it began, or since {@link forgetPeak}, in bytes. */
export function readPeak(pid: number | 'self' = 'self'): number {
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * KIBIBYTE;
}

/** Has the system count from what the process holds now. */
export function forgetPeak(pid: number | 'self' = 'self'): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
