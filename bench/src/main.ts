import { writeFileSync } from 'node:fs';
import { parseArguments, type Settings, USAGE, UsageError } from './arguments.js';
import { detectionReport } from './detection/detection-report.js';
import { measureDetection } from './detection/measure-detection.js';
import { dropInReport } from './drop-in/drop-in-report.js';
import { measureDropIn } from './drop-in/measure-drop-in.js';
import { generationReport } from './generation/generation-report.js';
import { measureGeneration } from './generation/measure-generation.js';
import { describeMachine, loadAverage, machineLine } from './machine.js';
import { measureOverhead } from './overhead.js';
import { overheadReport } from './overhead-report.js';
import { Resources } from './resources.js';
import { measureSam } from './sam/measure-sam.js';
import { samReport } from './sam/sam-report.js';
import { measureScale } from './scale.js';
import { scaleReport } from './scale-report.js';

/** Told to end before the end. */
class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/* `npm run bench -- overhead | scale | detection | sam | generation | drop-in`: starts everything itself, measures, prints tables, and leaves nothing behind. */
try {
  const settings = parseArguments(process.argv.slice(2));
  if (settings === 'help') print([USAGE]);
  else await bench(settings);
  // Not by itself: when it is stopped before the end, clients still wait for answers.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${explain(error as Error)}\n`);
  process.exit(1);
}

async function bench(settings: Settings): Promise<void> {
  // Minutes later would be late to hear that it cannot be written.
  if (settings.jsonFile !== null) writeFileSync(settings.jsonFile, '');
  const resources = new Resources();
  const machine = describeMachine();
  const startedAt = new Date();
  const loadBefore = loadAverage();
  try {
    const { figures, lines } = await Promise.race([measure(settings, resources), untilStopRequest()]);
    const load = { before: loadBefore, after: loadAverage() };
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    const about = `Load average ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} after ${seconds.toFixed(0)} s`;
    print([machineLine(machine), about, '', ...lines]);
    if (settings.jsonFile === null) return;
    const json = { settings, machine, started_at: startedAt.toISOString(), seconds, load, figures };
    writeFileSync(settings.jsonFile, `${JSON.stringify(json, null, 1)}\n`);
  } finally {
    await resources.stop();
  }
}

async function measure(settings: Settings, resources: Resources) {
  if (settings.scenario === 'scale') {
    const figures = await measureScale(settings, resources);
    return { figures, lines: scaleReport(figures) };
  }
  if (settings.scenario === 'detection') {
    const figures = await measureDetection(settings, resources);
    return { figures, lines: detectionReport(figures) };
  }
  if (settings.scenario === 'sam') {
    const figures = await measureSam(settings, resources);
    return { figures, lines: samReport(figures) };
  }
  if (settings.scenario === 'generation') {
    const figures = await measureGeneration(settings, resources);
    return { figures, lines: generationReport(figures) };
  }
  if (settings.scenario === 'drop-in') {
    const figures = await measureDropIn(settings, resources);
    return { figures, lines: dropInReport(figures) };
  }
  const figures = await measureOverhead(settings, resources);
  return { figures, lines: overheadReport(figures) };
}

/** Rejects when this process is told to end, or what started it has ended. */
function untilStopRequest(): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new StoppedError('stopped before the end'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
    process.once('disconnect', stop);
    process.channel?.unref();
  });
}

function explain(error: Error): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  return error instanceof StoppedError ? error.message : (error.stack ?? error.message);
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
