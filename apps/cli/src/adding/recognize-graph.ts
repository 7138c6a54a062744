import type { Task } from '@darkroom/contracts';
import {
  FAMILIES,
  type Family,
  familyNamed,
  type GraphCandidate,
  type Recognition,
} from '@darkroom/model-families';
import { CommandFailure } from '../command-failure.js';
import { explainUnknownGraph } from './explain-unknown-graph.js';

/** The family that a graph is of, and why. */
export interface RecognizedGraph {
  readonly family: Family;
  readonly recognition: Recognition;
}

const SURENESS = ['possible', 'likely', 'certain'] as const;

/** What is taken for granted of a graph whose family the user names and which that family doesn’t recognize. */
const UNRECOGNIZED: Recognition = {
  sureness: 'possible',
  reason: 'you say so; the family itself doesn’t recognize the graph',
  classes: null,
  preparation: {},
  familyOptions: {},
};

/**
 * Finds the family that makes most of a graph, among those that the user leaves open.
 * @throws CommandFailure when there is none, or several are as sure
 */
export function recognizeGraph(
  candidate: GraphCandidate,
  wanted: { readonly task: Task | undefined; readonly family: string | undefined },
): RecognizedGraph {
  if (wanted.family !== undefined) return asWanted(candidate, wanted.family, wanted.task);
  const all = FAMILIES.flatMap((family): RecognizedGraph[] => {
    const recognition = recognizeWith(family, candidate);
    return recognition ? [{ family, recognition }] : [];
  });
  const fitting = all.filter(({ family }) => wanted.task === undefined || family.task === wanted.task);
  const best = Math.max(...fitting.map(({ recognition }) => SURENESS.indexOf(recognition.sureness)));
  const [first, ...others] = fitting.filter(
    ({ recognition }) => SURENESS.indexOf(recognition.sureness) === best,
  );
  if (first && others.length === 0) return first;
  if (first) throw ambiguity([first, ...others]);
  throw all.length > 0
    ? otherTask(wanted.task!, all)
    : new CommandFailure(explainUnknownGraph(candidate, FAMILIES));
}

/** Labels that don’t fit the graph must not keep it from being recognized: that they don’t is told later. */
function recognizeWith(family: Family, candidate: GraphCandidate): Recognition | null {
  return family.recognize?.(candidate) ?? family.recognize?.({ ...candidate, labels: null }) ?? null;
}

function asWanted(candidate: GraphCandidate, name: string, task: Task | undefined): RecognizedGraph {
  const family = familyNamed(name);
  if (!family) {
    const names = FAMILIES.map((one) => one.name).join(', ');
    throw new CommandFailure(`there is no family ${name}; give one of ${names}`);
  }
  if (task !== undefined && family.task !== task) {
    throw new CommandFailure(`models of the family ${name} do ${family.task}, not ${task}; leave --task out`);
  }
  return { family, recognition: recognizeWith(family, candidate) ?? UNRECOGNIZED };
}

function ambiguity(found: readonly RecognizedGraph[]): CommandFailure {
  return new CommandFailure(
    `the graph could be of several families; say which with --family:\n${reasons(found)}`,
  );
}

function otherTask(task: Task, found: readonly RecognizedGraph[]): CommandFailure {
  return new CommandFailure(
    `expected a graph for ${task}, but this one is for another task; leave --task out or choose another graph:\n${reasons(found)}`,
  );
}

function reasons(found: readonly RecognizedGraph[]): string {
  const lines = found.map(
    ({ family, recognition }) => `  ${family.name} (${family.task}): ${recognition.reason}`,
  );
  return lines.join('\n');
}
