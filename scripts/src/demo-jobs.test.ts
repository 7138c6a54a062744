import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DarkroomClient } from '@darkroom/client';
import type { Progress } from '@darkroom/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactsOf, type DemoJob, runDemoJobs } from './demo-jobs.js';
import { DemoOutput } from './demo-output.js';
import { demoResult, generationDemoResult } from './testing/demo-result.js';

const progress: Progress = { stage: 'inference', fraction: 0.5, step: 10, steps: 20 };

/** A service that has one job, which ends at once; a submission is answered as it says. */
function clientOf({ job }: { job: { id: string } }, submission: () => Response): DarkroomClient {
  const events = `event: progress\ndata: ${JSON.stringify({ id: job.id, ...progress })}\n\nevent: done\ndata: ${JSON.stringify(job)}\n\n`;
  return new DarkroomClient({
    baseUrl: 'http://x',
    fetch: async (url, init) => {
      if (init?.method === 'POST') return submission();
      const [name] = String(url).split('/').slice(-1);
      if (name !== 'events') return new Response(`bytes of ${name}`);
      return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
}

describe('the jobs of the demo', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-jobs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('store every artifact of a role, and tell of every step', async () => {
    const { files: _, ...text } = generationDemoResult('boat', 'a boat', { count: 2 });
    const seen: [DemoJob, Progress][] = [];
    const listener = {
      onProgress: (job: DemoJob, { stage, fraction, step, steps }: Progress) =>
        void seen.push([job, { stage, fraction, step, steps }]),
      onEnd: () => {},
    };
    const client = clientOf(text, () => Response.json(text.job, { status: 202 }));
    const output = new DemoOutput(folder);
    const [result] = await runDemoJobs(client, [text], output, listener, AbortSignal.timeout(30_000));
    expect(seen).toEqual([[text, progress]]);
    const images = artifactsOf(result!, 'image').map(({ file }) => file);
    expect(images).toEqual(['boat.generation.image-0.png', 'boat.generation.image-1.png']);
    expect(readFileSync(output.path(images[1]!), 'utf8')).toBe('bytes of image-1.png');
    expect(artifactsOf(result!, 'preview')).toHaveLength(4);
    expect(result!.files.input).toBeNull();
    // The job as JSON and the record of the folder are the other two.
    expect(readdirSync(folder)).toHaveLength(6 + 2);
  });

  it('store the picture that was sent beside what came of it', async () => {
    const picture = demoResult('shapes-1.jpg');
    const client = clientOf(picture, () => Response.json(picture.job, { status: 202 }));
    const listener = { onProgress: () => {}, onEnd: () => {} };
    const output = new DemoOutput(folder);
    const [result] = await runDemoJobs(client, [picture], output, listener, AbortSignal.timeout(30_000));
    expect(result!.files.input).toBe('shapes-1.input.jpg');
    expect(readdirSync(folder)).toContain('shapes-1.segmentation.overlay.jpg');
    expect(readFileSync(output.path('shapes-1.input.jpg'))).toHaveLength(0);
  });

  it('say which one was refused, and why', async () => {
    const text = generationDemoResult('boat', 'a boat', { count: 1 });
    const problem = { type: 'about:blank', title: 'No', status: 400, detail: 'Take less.', code: 'x' };
    const headers = { 'content-type': 'application/problem+json' };
    const client = clientOf(text, () => new Response(JSON.stringify(problem), { status: 400, headers }));
    const listener = { onProgress: () => {}, onEnd: () => {} };
    await expect(
      runDemoJobs(client, [text], new DemoOutput(folder), listener, AbortSignal.timeout(30_000)),
    ).rejects.toThrow(/generation of “a boat”: .*Take less/);
  });
});
