import type { Job } from '@darkroom/contracts';
import type { DemoJob, DemoJobsListener } from './demo-jobs.js';
import { terminal } from './terminal.js';

const BAR_WIDTH = 24;

/** How far the jobs are: a bar on a terminal, else a line for each job that has ended. */
export class DemoProgress implements DemoJobsListener {
  readonly #total: number;
  #ended = 0;

  constructor(total: number) {
    this.#total = total;
    this.#draw('submitting');
  }

  onStage({ picture, demoTask }: DemoJob, stage: string): void {
    this.#draw(`${demoTask.name} of ${picture.fileName}: ${stage.replaceAll('_', ' ')}`);
  }

  onEnd({ picture: { fileName }, demoTask: { name } }: DemoJob, { status }: Job): void {
    this.#ended++;
    if (terminal.interactive) this.#draw(`${name} of ${fileName}: ${status}`);
    else terminal.line(`  ${this.#ended}/${this.#total}  ${name} of ${fileName}  ${status}`);
  }

  /** Takes the bar away. */
  end(): void {
    terminal.rewrite('');
  }

  #draw(what: string): void {
    const filled = Math.round((BAR_WIDTH * this.#ended) / this.#total);
    const bar =
      terminal.paint('green', '█'.repeat(filled)) + terminal.paint('dim', '░'.repeat(BAR_WIDTH - filled));
    terminal.rewrite(`  ${bar}  ${this.#ended}/${this.#total}  ${what}`);
  }
}
