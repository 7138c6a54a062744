import { artifactsOf, type DemoResult } from './demo-jobs.js';

const SHORT_ID_DIGITS = 8;

type Column = readonly [heading: string, cell: (result: DemoResult) => string, side: 'left' | 'right'];

const STAGES = ['queue', 'decode', 'prepare', 'inference', 'postprocess', 'total'] as const;

/**
 * The jobs as a table: id, model, status, milliseconds by stage, and the file to look at.
 *
 * @param columns how wide it may be; where that is too narrow, ids are cut to their end
 */
export function jobTable(results: readonly DemoResult[], columns: number): string[] {
  const whole = layOut(
    results,
    tableColumns((id) => id),
  );
  if (whole.every((line) => line.length <= columns)) return whole;
  return layOut(
    results,
    tableColumns((id) => `…${id.slice(-SHORT_ID_DIGITS)}`),
  );
}

function tableColumns(shownId: (id: string) => string): Column[] {
  return [
    ['job', ({ job }) => shownId(job.id), 'left'],
    ['model', ({ job }) => job.model, 'left'],
    ['status', ({ job }) => job.status, 'left'],
    ...STAGES.map((stage): Column => {
      const heading = { inference: 'infer', postprocess: 'post', prepare: 'prep' }[stage as string] ?? stage;
      return [`${heading} ms`, ({ job }) => milliseconds(job.timings[`${stage}_ms`]), 'right'];
    }),
    ['file', fileToLookAt, 'left'],
  ];
}

/** The first picture that a task is about, else what is known of the job. */
function fileToLookAt(result: DemoResult): string {
  const [picture] = [...artifactsOf(result, 'overlay'), ...artifactsOf(result, 'image')];
  return picture?.file ?? result.files.json;
}

function layOut(results: readonly DemoResult[], columns: readonly Column[]): string[] {
  const rows = [
    columns.map(([heading]) => heading),
    ...results.map((result) => columns.map(([, cell]) => cell(result))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map((row) => {
    const cells = row.map((text, index) => {
      return columns[index]![2] === 'left' ? text.padEnd(widths[index]!) : text.padStart(widths[index]!);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** Whole milliseconds, one digit more below ten, a dash where there is none. */
export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
