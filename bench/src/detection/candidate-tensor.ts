import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';
import { randomNumbers } from '../random-numbers.js';

export interface CandidateScene {
  /** How many candidates there are in all. */
  readonly count: number;
  /** Which dimension counts them: `[1, count, values]` or `[1, values, count]`. */
  readonly candidates: 'first' | 'last';
  /** Whether a score of being anything at all stands before those of the classes. */
  readonly objectness: boolean;
  readonly classes: number;
  /** Coefficients of the mask of each. */
  readonly coefficients: number;
  readonly things: number;
  /** How many candidates see a thing: more than 0.25 sure of it, and less than 0.05 of anything where there is none. */
  readonly perThing: number;
  /** Width and height of the input in pixels. */
  readonly side: number;
}

/** What a YOLO network might give: candidates all over the picture, and around each thing many that overlap. */
export function candidateTensor(scene: CandidateScene): Float32Tensor {
  const random = randomNumbers(1);
  const { count, candidates } = scene;
  const isFirst = candidates === 'first';
  const values = 4 + (scene.objectness ? 1 : 0) + scene.classes + scene.coefficients;
  const data = new Float32Array(count * values);
  const things = Array.from({ length: scene.things }, () => makeThing(random, scene));
  const seen = things.flatMap((thing) => Array.from({ length: scene.perThing }, () => thing));
  for (let candidate = 0; candidate < count; candidate++) {
    // Strewn over all of them, as the cells that see a thing are.
    const place = Math.floor((candidate * seen.length) / count);
    const isSeen = place !== Math.floor(((candidate - 1) * seen.length) / count);
    const row = isSeen ? rowOf(seen[place]!, 0.3, 0.95, random, scene) : nothing(random, scene);
    row.forEach((value, i) => {
      data[isFirst ? candidate * values + i : i * count + candidate] = value;
    });
  }
  return float32Tensor(data, isFirst ? [1, count, values] : [1, values, count]);
}

interface Thing {
  /** Centre and size. */
  readonly box: readonly [number, number, number, number];
  readonly classId: number;
  readonly coefficients: readonly number[];
}

function makeThing(random: () => number, { side, classes, coefficients }: CandidateScene): Thing {
  const size = () => side * (0.08 + 0.2 * random());
  const place = () => side * (0.2 + 0.6 * random());
  return {
    box: [place(), place(), size(), size()],
    classId: Math.floor(random() * classes),
    coefficients: Array.from({ length: coefficients }, () => 2 * random() - 0.7),
  };
}

function nothing(random: () => number, scene: CandidateScene): number[] {
  return rowOf(makeThing(random, scene), 0.01, 0.05, random, scene);
}

/** A candidate that sees a thing, its box a little beside it. */
function rowOf(
  { box, classId, coefficients }: Thing,
  leastScore: number,
  highestScore: number,
  random: () => number,
  { side, objectness, classes }: CandidateScene,
): number[] {
  const score = leastScore + (highestScore - leastScore) * random();
  const isSure = (id: number) =>
    objectness ? (id === classId ? 0.999 : random()) : id === classId ? score : 0;
  return [
    ...box.map((value) => value + side * 0.01 * (random() - 0.5)),
    ...(objectness ? [score] : []),
    ...Array.from({ length: classes }, (_, id) => isSure(id) || score * 0.5 * random()),
    ...coefficients,
  ];
}

/** Prototypes of masks, `[1, count, side, side]`: waves, so that masks have borders and holes. */
export function prototypeTensor(count: number, side: number): Float32Tensor {
  const random = randomNumbers(2);
  const data = new Float32Array(count * side * side);
  for (let k = 0; k < count; k++) {
    const [acrossX, acrossY, phase] = [0.02 + 0.2 * random(), 0.02 + 0.2 * random(), 6 * random()];
    for (let at = 0; at < side * side; at++) {
      const [x, y] = [at % side, Math.floor(at / side)];
      data[k * side * side + at] = Math.sin(x * acrossX + phase) + Math.cos(y * acrossY + phase) + 0.3;
    }
  }
  return float32Tensor(data, [1, count, side, side]);
}
