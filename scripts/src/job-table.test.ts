import { describe, expect, it } from 'vitest';
import { jobTable } from './job-table.js';
import { demoResult, generationDemoResult } from './testing/demo-result.js';

const results = [demoResult('shapes-1.jpg'), demoResult('b.png', { status: 'failed' })];

describe('the table of jobs', () => {
  it('shows id, model, status, milliseconds by stage and file, in columns', () => {
    const lines = jobTable(results, Number.POSITIVE_INFINITY);
    expect(lines[0]).toMatch(
      /job +model +status +queue ms +decode ms +prep ms +infer ms +post ms +total ms +file$/,
    );
    expect(lines[1]).toMatch(
      /job_01JD8ZA{20} +shapes-seg +succeeded +2\.1 +8\.0 +3\.3 +71 +– +92 +shapes-1\.segmentation\.overlay\.jpg$/,
    );
    const statusColumn = lines[0]!.indexOf('status');
    expect(lines[1]!.slice(statusColumn)).toMatch(/^succeeded/);
    expect(lines[2]!.slice(statusColumn)).toMatch(/^failed/);
  });

  it('names the first picture that was generated, and where there is none what is known of the job', () => {
    const texts = [{ count: 2 }, { count: 1, withheld: [0] }].map((pictures) =>
      generationDemoResult('boat', 'a boat', pictures),
    );
    const [, made, withheld] = jobTable(texts, Number.POSITIVE_INFINITY);
    expect(made).toMatch(/ boat\.generation\.image-0\.png$/);
    expect(withheld).toMatch(/ boat\.generation\.job\.json$/);
  });

  it('cuts ids where the terminal is narrow', () => {
    expect(jobTable(results, 100)[1]).toMatch(/^ {2}…A{8} +shapes-seg/);
  });
});
