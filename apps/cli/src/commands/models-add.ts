import { Command } from 'commander';
import { addFetchedModel } from '../adding/add-fetched-model.js';
import { type AddedModel, addModel } from '../adding/add-model.js';
import { addedAsJson, addedAsText } from '../adding/adding-report.js';
import { awaitServing } from '../adding/await-serving.js';
import type { CommandContext } from '../command-context.js';
import { s3Settings } from '../downloading/s3-object.js';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { serviceUrl } from '../service-url.js';
import { type AddOptions, addAddOptions, addressesAmong, describedBy } from './add-options.js';
import { helpExamples } from './help-examples.js';
import { readServiceUrl } from './option-values.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

interface Options extends AddOptions, FormOption {
  readonly url?: string;
}

const ABOUT =
  'Brings a model in: finds out what it is and says why, copies its files, or fetches them, into the first folder of DARKROOM_MODELS_DIR, ' +
  'writes a manifest, and runs it once on a picture. What it saw and what it found lie in the model’s folder under ' +
  'sample/. A running worker serves it within seconds.';

const EXAMPLES = [
  'models add ~/downloads/yolox_nano.onnx',
  'models add ~/darknet/yolo-fastest-1.1 --width 416 --height 416',
  'models add ~/downloads/mobile_sam.encoder.onnx ~/downloads/mobile_sam.decoder.onnx',
  'models add ~/huggingface/slimsam-77-uniform --variant fp16',
  'models add ~/huggingface/segformer-b0 --id segformer --picture street.jpg',
  'models add https://example.org/yolox_nano.onnx#sha256=c789…',
  'models add s3://models/yolov4.cfg s3://models/yolov4.weights s3://models/yolov4.names',
  'models add best.onnx --labels classes.txt --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225',
  'models add best.onnx --id mine --replace --channel-order bgr --scale 1',
];

export function modelsAddCommand(run: RunCommand): Command {
  const command = new Command('add')
    .summary('Brings in ONNX files, or a folder of Hugging Face or Darknet, from here or from addresses.')
    .description(ABOUT);
  addAddOptions(command).option(
    '--url <url>',
    'A service that is to serve it; default: DARKROOM_URL, else on this machine.',
    readServiceUrl,
  );
  return command
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((paths: string[], options: Options) =>
      run(async (context) => {
        const { terminal, signal } = context;
        const added = await add(paths, options, context);
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

function add(words: readonly string[], options: Options, context: CommandContext): Promise<AddedModel> {
  const described = describedBy(options);
  const addresses = addressesAmong(words, options, s3Settings(context.env));
  return addresses.length > 0
    ? addFetchedModel({ ...described, addresses }, context)
    : addModel({ ...described, paths: words, origin: null }, context);
}
