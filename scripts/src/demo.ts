import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '@darkroom/private-redis';
import { findDemoModels } from './choose-demo-model.js';
import { contactSheet } from './contact-sheet.js';
import { type CircleExample, circleJob, circleLines, readCircle, readCircleExample } from './demo-circle.js';
import { readDemoConcepts } from './demo-concepts.js';
import { type DemoJob, type DemoResult, runDemoJobs } from './demo-jobs.js';
import { DemoOutput } from './demo-output.js';
import { readDemoPictures } from './demo-pictures.js';
import { DemoProgress } from './demo-progress.js';
import { subjectTitle } from './demo-subject.js';
import { demoSummary } from './demo-summary.js';
import { demoTasks } from './demo-tasks.js';
import { readDemoTexts } from './demo-texts.js';
import { readEnvironment } from './environment.js';
import { causeOf, ExpectedFailure, runAsScript } from './expected-failure.js';
import { jobTable } from './job-table.js';
import { localUrl } from './listening-address.js';
import { readableLogLine, withoutStyle } from './log-line.js';
import { RecentLines } from './recent-lines.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { Stack } from './stack.js';
import { step } from './step.js';
import { onStopRequest } from './stop-requests.js';
import { terminal } from './terminal.js';

const EXAMPLES = join(REPOSITORY_ROOT, 'examples');
const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
const JOBS_TIMEOUT_MS = 300_000;
/** Listens to a job that takes no time. */
const NOBODY = { onProgress: () => {}, onEnd: () => {} };

/* `npm run demo`: the sample pictures and texts through the whole service, then everything is stopped again. */
await runAsScript(async () => {
  const output = new DemoOutput(join(REPOSITORY_ROOT, 'demo-output'));
  const log = createWriteStream(output.claim('demo.log'));
  const recent = new RecentLines();
  const record = (line: string) => {
    log.write(`${line}\n`);
    recent.add(line);
  };
  const stack = await demoStack(record);
  const stopped = untilStopRequest(stack);
  const example = readCircleExample(join(EXAMPLES, 'circle.json'));
  try {
    const results = await Promise.race([runDemo(stack, output, example), stack.death, stopped]);
    await step({ doing: 'stopping everything', done: 'everything stopped again' }, () => stack.stop());
    showResults(results, output, example);
  } catch (error) {
    await stack.stop();
    throw withLog(error, recent, output.path('demo.log'));
  } finally {
    log.end();
  }
});

/** A stack of the demo's own: a free port, the models that ship with Darkroom, whatever else is configured. */
async function demoStack(record: (line: string) => void): Promise<Stack> {
  const port = String(await freePort());
  const { redisUrl, shutdownGraceSeconds } = readEnvironment({ envFile: true });
  return new Stack({
    redisUrl,
    shutdownGraceSeconds,
    url: localUrl(HOST, port),
    env: {
      HOST,
      PORT: port,
      PUBLIC_URL: undefined,
      DARKROOM_MODELS_DIR: 'models',
      DARKROOM_MODELS: undefined,
      DARKROOM_DEFAULT_MODELS: undefined,
    },
    onLine: (part, line) => record(readableLogLine(part, line, withoutStyle)),
    onDeath: (part, reason) => record(`${part} has ended: ${reason}`),
  });
}

async function runDemo(
  stack: Stack,
  output: DemoOutput,
  example: CircleExample,
): Promise<readonly DemoResult[]> {
  const subjects = [
    ...readDemoTexts(join(EXAMPLES, 'texts.json')),
    ...readDemoPictures(join(EXAMPLES, 'pictures')),
  ];
  const tasks = demoTasks(readDemoConcepts(join(EXAMPLES, 'concepts.json')), example.seed);
  const { client } = stack;
  const models = await step(
    { doing: 'starting Redis, API and worker', done: 'Redis, API and worker started' },
    async () => {
      await stack.start(READY_TIMEOUT_MS);
      return Promise.all(tasks.map(({ needs }) => findDemoModels(client, needs)));
    },
  );
  const jobs = subjects.flatMap((subject) =>
    tasks.flatMap((demoTask, index): DemoJob[] => {
      const [model, ...beside] = models[index] ?? [];
      return model && demoTask.takes === subject.kind ? [{ subject, demoTask, model, beside }] : [];
    }),
  );
  const progress = new DemoProgress(jobs.length, terminal);
  const signal = AbortSignal.timeout(JOBS_TIMEOUT_MS);
  const results = await runDemoJobs(client, jobs, output, progress, signal).finally(() => progress.end());
  const last = circleJob(results, example);
  if (last) results.push(...(await runDemoJobs(client, [last], output, NOBODY, signal)));
  output.write('index.html', contactSheet(results, new Date()));
  return results;
}

function showResults(results: readonly DemoResult[], output: DemoOutput, example: CircleExample): void {
  const [heading, ...rows] = jobTable(results, terminal.columns);
  terminal.line(['', terminal.paint('bold', heading!), ...rows, ''].join('\n'));
  const circle = readCircle(results, example);
  terminal.line([...demoSummary(results), '', ...(circle ? [...circleLines(circle), ''] : [])].join('\n'));
  const failures = results.filter(({ job }) => job.status !== 'succeeded');
  if (failures.length > 0) {
    const causes = failures.map(({ subject, demoTask, job }) => {
      return `  ${demoTask.name} of ${subjectTitle(subject)}: ${job.status}${job.error === null ? '' : `, ${job.error.title}: ${job.error.detail}`}`;
    });
    throw new ExpectedFailure(
      `${failures.length} of ${results.length} jobs did not succeed:\n${causes.join('\n')}`,
    );
  }
  if (results.some(({ model }) => model.demo)) {
    terminal.line(
      'Demo models know only simple drawn shapes, as in these pictures: photos make no sense to them.',
    );
  }
  terminal.line(`See what was sent beside what came of it:  ${pathToFileURL(output.path('index.html'))}`);
  terminal.line('Next: npm start                            runs the service, for pictures of your own');
}

/** Rejects when the demo is told to stop; a second time ends everything at once. */
function untilStopRequest(stack: Stack): Promise<never> {
  return new Promise((_, reject) => {
    onStopRequest(
      () => reject(new ExpectedFailure('stopped before the end')),
      () => stack.kill().finally(() => process.exit(1)),
    );
  });
}

function withLog(error: unknown, recent: RecentLines, logPath: string): ExpectedFailure {
  const lines = recent.toString();
  return new ExpectedFailure(
    lines === '' ? causeOf(error) : `${causeOf(error)}\n\nThe last lines of ${logPath}:\n${lines}`,
  );
}
