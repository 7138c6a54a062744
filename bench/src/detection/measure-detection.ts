import type { DetectionOptions, DetectionResult } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { DetectionSettings } from '../arguments.js';
import { photoOfOneMegapixel } from '../bench-photo.js';
import { findModelFolder, findPhotoFile } from '../find-files.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import { type CandidateScene, candidateTensor, prototypeTensor } from './candidate-tensor.js';
import { afterInference, type GivenOutputs } from './given-detector.js';
import { type InferenceTimes, measureInference } from './inference-times.js';
import { inThisProcess, type TimedRow, timeByTurns } from './timed-rounds.js';

const SIDE = 640;
const CLASSES = 80;
/** Three for each cell of the grids that an input of 640 × 640 has. */
const CANDIDATES = 25_200;
const THINGS = 20;
const PER_THING = 30;
const PROTOTYPES = 32;

/** A usual one, which candidates that see a thing reach, and one that all reach: what is measured at the worst. */
const SCORE_THRESHOLDS = [0.25, 0.001];

export interface DecodingRow extends TimedRow {
  readonly scoreThreshold: number;
  /** Detections in the result. */
  readonly found: number;
}

export interface DetectionTimes {
  readonly decoding: readonly DecodingRow[];
  readonly drawing: {
    readonly width: number;
    readonly height: number;
    readonly found: number;
    readonly rows: readonly TimedRow[];
  };
  /** `null` without a Darknet model or without a photo. */
  readonly inference: InferenceTimes | null;
}

/** What a detector takes for the things it does itself, and its inference beside that of other programs. */
export async function measureDetection(
  { rounds, seconds, modelFolder, photoFile }: DetectionSettings,
  resources: Resources,
): Promise<DetectionTimes> {
  const turns = { rounds, measureMs: seconds * 1000 };
  const folder = findModelFolder(modelFolder);
  const file = findPhotoFile(photoFile);
  const photo = await photoOfOneMegapixel(file);
  const decoding = await measureDecoding(photo, turns);
  const drawing = await measureDrawing(photo, turns);
  const isThere = folder !== null && file !== null;
  const inference = isThere
    ? await measureInference({ modelFolder: folder, photoFile: file }, turns, resources)
    : null;
  return { decoding, drawing, inference };
}

type Turns = Parameters<typeof timeByTurns>[1];

const SCENES: readonly Pick<CandidateScene, 'candidates' | 'objectness'>[] = [
  { candidates: 'first', objectness: true },
  { candidates: 'last', objectness: false },
];

async function measureDecoding(photo: Pixels, turns: Turns): Promise<readonly DecodingRow[]> {
  progress(`decoding of ${CANDIDATES} candidates`);
  const parties = await Promise.all(
    SCENES.flatMap((kind) => {
      const given = givenOutputs({ ...kind, count: CANDIDATES, perThing: PER_THING, coefficients: 0 });
      return SCORE_THRESHOLDS.map(async (scoreThreshold) => {
        const runOnce = await afterInference(given, photo, { score_threshold: scoreThreshold });
        return { name: shapeOf(given), scoreThreshold, found: await countFound(runOnce), runOnce };
      });
    }),
  );
  const rows = await timeByTurns(
    parties.map(({ name, runOnce }) => inThisProcess(name, runOnce)),
    turns,
  );
  return rows.map((row, i) => ({ ...row, ...pickAbout(parties[i]!) }));
}

const pickAbout = ({ scoreThreshold, found }: Pick<DecodingRow, 'scoreThreshold' | 'found'>) => ({
  scoreThreshold,
  found,
});

const shapeOf = ({ outputs }: GivenOutputs) => `[${outputs.output0!.dims.join(', ')}]`;

async function measureDrawing(photo: Pixels, turns: Turns): Promise<DetectionTimes['drawing']> {
  progress('overlay and crops');
  const scene = { candidates: 'last', objectness: false, count: 8400, perThing: 10 } as const;
  const given = givenOutputs({ ...scene, coefficients: PROTOTYPES });
  const withOutputs = (outputs: DetectionOptions['outputs'], mask_format: 'rle' | 'none' = 'rle') =>
    afterInference(given, photo, { outputs, mask_format });
  const plain = await withOutputs([]);
  const rows = await timeByTurns(
    [
      inThisProcess('result alone, masks as runs', plain),
      inThisProcess('with overlay', await withOutputs(['overlay'])),
      inThisProcess('with crops', await withOutputs(['crops'])),
      inThisProcess('with overlay and crops', await withOutputs(['overlay', 'crops'])),
      inThisProcess('with overlay and crops, no masks', await withOutputs(['overlay', 'crops'], 'none')),
    ],
    turns,
  );
  return { width: photo.width, height: photo.height, found: await countFound(plain), rows };
}

function givenOutputs(scene: Omit<CandidateScene, 'things' | 'classes' | 'side'>): GivenOutputs {
  const whole = { ...scene, things: THINGS, classes: CLASSES, side: SIDE };
  const masks = scene.coefficients > 0;
  return {
    outputs: {
      output0: candidateTensor(whole),
      ...(masks && { prototypes: prototypeTensor(scene.coefficients, SIDE / 4) }),
    },
    classes: CLASSES,
    side: SIDE,
    familyOptions: { layout: 'decoded', objectness: scene.objectness, masks },
  };
}

async function countFound(runOnce: Awaited<ReturnType<typeof afterInference>>): Promise<number> {
  return ((await runOnce()).result as DetectionResult).detections.length;
}
