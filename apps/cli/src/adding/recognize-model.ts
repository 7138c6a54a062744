import type { Task } from '@darkroom/contracts';
import {
  FAMILIES,
  type Family,
  familyNamed,
  type IncompleteModel,
  isIncomplete,
  type ModelCandidate,
  type Recognition,
  SURENESS,
} from '@darkroom/model-families';
import { CommandFailure } from '../command-failure.js';
import { explainUnknownGraphs } from './explain-unknown-graphs.js';

/** The family that graphs are of, and why. */
export interface RecognizedModel {
  readonly family: Family;
  readonly recognition: Recognition;
}

interface Finding {
  readonly family: Family;
  readonly found: Recognition | IncompleteModel;
}

/** What is taken for granted of a graph whose family the user names and which that family doesn’t recognize. */
const UNRECOGNIZED = {
  sureness: 'possible',
  reason: 'you say so; the family itself doesn’t recognize the graph',
  classes: null,
  preparation: {},
  familyOptions: {},
} as const;

/**
 * Finds the family that makes most of some graphs, among those that the user leaves open.
 * @throws CommandFailure when there is none, several are as sure, or the graphs are no whole model of it
 */
export function recognizeModel(
  candidate: ModelCandidate,
  wanted: { readonly task: Task | undefined; readonly family: string | undefined },
): RecognizedModel {
  if (wanted.family !== undefined) return asWanted(candidate, wanted.family, wanted.task);
  const all = FAMILIES.flatMap((family): Finding[] => {
    const found = recognizeWith(family, candidate);
    return found ? [{ family, found }] : [];
  });
  const fitting = all.filter(({ family }) => wanted.task === undefined || family.task === wanted.task);
  const best = Math.max(...fitting.map(surenessOf));
  const [first, ...others] = fitting.filter((finding) => surenessOf(finding) === best);
  if (first && others.length === 0) return wholeOf(first);
  if (first) throw ambiguity([first, ...others]);
  throw all.length > 0
    ? otherTask(wanted.task!, all)
    : new CommandFailure(explainUnknownGraphs(candidate, FAMILIES));
}

const surenessOf = ({ found }: Finding) => SURENESS.indexOf(found.sureness);

/** Labels that don’t fit the graph must not keep it from being recognized: that they don’t is told later. */
function recognizeWith(family: Family, candidate: ModelCandidate): Finding['found'] | null {
  return family.recognize?.(candidate) ?? family.recognize?.({ ...candidate, labels: null }) ?? null;
}

function wholeOf({ family, found }: Finding): RecognizedModel {
  if (!isIncomplete(found)) return { family, recognition: found };
  throw new CommandFailure(`this is no whole model: ${found.reason}; ${found.lacks}`);
}

function asWanted(candidate: ModelCandidate, name: string, task: Task | undefined): RecognizedModel {
  const family = familyNamed(name);
  if (!family) {
    const names = FAMILIES.map((one) => one.name).join(', ');
    throw new CommandFailure(`there is no family ${name}; give one of ${names}`);
  }
  if (task !== undefined && family.task !== task) {
    throw new CommandFailure(`models of the family ${name} do ${family.task}, not ${task}; leave --task out`);
  }
  const found = recognizeWith(family, candidate);
  if (found) return wholeOf({ family, found });
  const [graph, ...others] = candidate.graphs;
  if (!graph || others.length > 0) throw new CommandFailure(explainUnknownGraphs(candidate, [family]));
  const parts = { graph: graph.path };
  return { family, recognition: { ...UNRECOGNIZED, parts, pictureGraph: graph.path } };
}

function ambiguity(found: readonly Finding[]): CommandFailure {
  return new CommandFailure(
    `the graph could be of several families; say which with --family:\n${reasons(found)}`,
  );
}

function otherTask(task: Task, found: readonly Finding[]): CommandFailure {
  return new CommandFailure(
    `expected a graph for ${task}, but this one is for another task; leave --task out or choose another graph:\n${reasons(found)}`,
  );
}

function reasons(findings: readonly Finding[]): string {
  const lines = findings.map(({ family, found }) => `  ${family.name} (${family.task}): ${found.reason}`);
  return lines.join('\n');
}
