import { join } from 'node:path';
import { Command } from 'commander';
import { addModel } from '../adding/add-model.js';
import type { AddRequest } from '../adding/add-request.js';
import { addedAsJson, addedAsText } from '../adding/adding-report.js';
import { awaitServing } from '../adding/await-serving.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { REPOSITORY_ROOT } from '../repository-root.js';
import { serviceUrl } from '../service-url.js';
import { helpExamples } from './help-examples.js';
import {
  addKindOptions,
  addPreparationOptions,
  type KindOptions,
  type PreparationOptions,
  preparationHints,
} from './model-options.js';
import { readNamedValue } from './option-values.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

interface Options extends KindOptions, PreparationOptions, FormOption {
  readonly variant?: string;
  readonly id?: string;
  readonly labels?: string;
  readonly familyOption?: Record<string, unknown>;
  readonly description?: string;
  readonly license?: string;
  readonly source?: string;
  readonly picture?: string;
  readonly replace?: true;
  readonly url?: string;
}

const SAMPLE_PICTURE = join(REPOSITORY_ROOT, 'examples', 'pictures', 'shapes-1.jpg');

const ABOUT =
  'Brings a model in: finds out what it is and says why, copies its files into the first folder of DARKROOM_MODELS_DIR, ' +
  'writes a manifest, and runs it once on a picture. What it saw and what it found lie in the model’s folder under ' +
  'sample/. A running worker serves it within seconds.';

const EXAMPLES = [
  'models add ~/downloads/yolox_nano.onnx',
  'models add ~/darknet/yolo-fastest-1.1 --width 416 --height 416',
  'models add ~/downloads/mobile_sam.encoder.onnx ~/downloads/mobile_sam.decoder.onnx',
  'models add ~/huggingface/slimsam-77-uniform --variant fp16',
  'models add ~/huggingface/segformer-b0 --id segformer --picture street.jpg',
  'models add best.onnx --labels classes.txt --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225',
  'models add best.onnx --id mine --replace --channel-order bgr --scale 1',
];

export function modelsAddCommand(run: RunCommand): Command {
  const command = new Command('add')
    .summary('Brings in ONNX files, or a folder of Hugging Face or Darknet.')
    .description(ABOUT)
    .argument(
      '<paths...>',
      'An .onnx file, or those of one model; or a folder with them, of Hugging Face (config.json), or of Darknet.',
    )
    .option('--id <id>', 'What it is called in requests; default: as its file or folder.')
    .option('--variant <name>', 'Of graphs that a folder holds in several exports: fp16, quantized …')
    .option(
      '--labels <file>',
      'Names of the classes: a file with one a line or JSON; or coco-80, coco-91, voc-20, voc-21.',
    )
    .option('--family-option <name=value>', 'A field of family_options; may be given again.', readNamedValue)
    .option('--description <text>', 'A sentence on what it knows.')
    .option('--license <name>', 'Its licence, as an SPDX identifier.')
    .option('--source <text>', 'Where it comes from.')
    .option('--picture <file>', 'The picture it is tried on; default: a drawing of shapes.')
    .option('--replace', 'Takes the place of a model with the same id.')
    .option('--url <url>', 'A service that is to serve it; default: DARKROOM_URL, else on this machine.');
  addKindOptions(command);
  addPreparationOptions(command);
  return command
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((paths: string[], options: Options) =>
      run(async (context) => {
        const { terminal, signal } = context;
        const added = await addModel(requestFrom(paths, options), context);
        const isPlainSample = options.picture === undefined;
        const isText = chosenForm(options, terminal) === 'text';
        if (isText) terminal.result(addedAsText(added, { terminal, isPlainSample }));
        else for (const note of added.notes) terminal.message(`  ${note}`);
        const serving = await awaitServing(added, serviceUrl(options, context.env), { terminal, signal });
        if (isText) terminal.result(serving.detail);
        else terminal.json(addedAsJson(added, serving));
        return EXIT_CODE.success;
      }),
    );
}

function requestFrom(paths: readonly string[], options: Options): AddRequest {
  const { id, task, family, labels, description, license, source, picture = SAMPLE_PICTURE } = options;
  return {
    paths,
    variant: options.variant,
    id,
    task,
    family,
    labels,
    preparation: preparationHints(options),
    familyOptions: options.familyOption ?? {},
    description,
    license,
    source,
    picture,
    replace: options.replace ?? false,
  };
}
