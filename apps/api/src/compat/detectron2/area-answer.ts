import type { DetectedArea } from './detected-area.js';

/** What became of a file of the input folder: what is on it, or why that is not known. */
export type FileOutcome =
  | { readonly name: string; readonly area: DetectedArea }
  | { readonly name: string; readonly fault: Error };

/** The answer to one picture that was sent, as JSON, piece by piece. */
export async function* answerOfPicture(area: DetectedArea): AsyncGenerator<string> {
  yield '{"data":{';
  yield* fieldsOfArea(area);
  yield '},"status_code":200}';
}

/** The answer to files of a folder, as JSON, piece by piece: all of it would be as large as the folder. */
export async function* answerOfFiles(outcomes: AsyncIterable<FileOutcome>): AsyncGenerator<string> {
  yield '{"data":[';
  let separator = '';
  for await (const outcome of outcomes) {
    yield `${separator}{"input_image_name":${JSON.stringify(outcome.name)},`;
    yield* 'area' in outcome ? fieldsOfArea(outcome.area) : fieldsOfFault(outcome.fault);
    yield '}';
    separator = ',';
  }
  yield '],"status_code":200}';
}

async function* fieldsOfArea(area: DetectedArea): AsyncGenerator<string> {
  const boxes = area.result.detections.map(({ box, score }, i) => [
    { [`box_${i}`]: box },
    { [`score_${i}`]: score },
  ]);
  yield `"detected_bounding_boxes":${JSON.stringify(boxes)},`;
  yield `"output_image":"${(await area.drawn()).toString('base64')}","partial_images":[`;
  for (let i = 0; i < area.partCount; i++) {
    const part = (await area.part(i)).toString('base64');
    yield `${i === 0 ? '' : ','}{"partial_image_${i}":"${part}"}`;
  }
  yield ']';
}

/** Empty, so that clients which go through the list find what they look for; and why it is empty. */
function* fieldsOfFault({ message }: Error): Generator<string> {
  const fields = { detected_bounding_boxes: [], output_image: '', partial_images: [], message };
  yield JSON.stringify(fields).slice(1, -1);
}
