import type { Job, Progress } from '@darkroom/contracts';
import type { DemoJob, DemoJobsListener } from './demo-jobs.js';
import { subjectTitle } from './demo-subject.js';
import type { Terminal } from './terminal.js';

const BAR_WIDTH = 24;
/** So much of what a subject is called is shown, however narrow the terminal is. */
const TITLE_LENGTH_MIN = 8;

/** How far the jobs are: a bar on a terminal, else a line for each job that has ended. */
export class DemoProgress implements DemoJobsListener {
  readonly #total: number;
  readonly #terminal: Terminal;
  /** How much of each job is done, 0 to 1. */
  readonly #fractions = new Map<DemoJob, number>();
  #ended = 0;

  constructor(total: number, terminal: Terminal) {
    this.#total = total;
    this.#terminal = terminal;
    this.#draw(() => 'submitting');
  }

  onProgress(job: DemoJob, progress: Progress): void {
    this.#fractions.set(job, progress.fraction);
    this.#drawJob(job, stageInWords(progress));
  }

  onEnd(job: DemoJob, { status }: Job): void {
    this.#ended++;
    this.#fractions.set(job, 1);
    if (this.#terminal.interactive) this.#drawJob(job, status);
    else {
      const what = `${job.demoTask.name} of ${subjectTitle(job.subject)}`;
      this.#terminal.line(`  ${this.#ended}/${this.#total}  ${what}  ${status}`);
    }
  }

  /** Takes the bar away. */
  end(): void {
    this.#terminal.rewrite('');
  }

  #drawJob({ demoTask, subject }: DemoJob, where: string): void {
    const around = [`${demoTask.name} of `, `: ${where}`] as const;
    this.#draw((room) => {
      const titleRoom = Math.max(TITLE_LENGTH_MIN, room - around.join('').length);
      return around.join(subjectTitle(subject, titleRoom));
    });
  }

  /** @param what is said in a room of so many characters: a line that is wrapped could not be replaced */
  #draw(what: (room: number) => string): void {
    const done = [...this.#fractions.values()].reduce((sum, fraction) => sum + fraction, 0);
    const filled = Math.round((BAR_WIDTH * done) / this.#total);
    const bar =
      this.#terminal.paint('green', '█'.repeat(filled)) +
      this.#terminal.paint('dim', '░'.repeat(BAR_WIDTH - filled));
    const count = `${this.#ended}/${this.#total}`;
    const room = this.#terminal.columns - `  ${' '.repeat(BAR_WIDTH)}  ${count}  `.length - 1;
    this.#terminal.rewrite(`  ${bar}  ${count}  ${what(room)}`);
  }
}

function stageInWords({ stage, step, steps }: Progress): string {
  if (stage === 'inference' && steps !== null) return `step ${step} of ${steps}`;
  return stage.replaceAll('_', ' ');
}
