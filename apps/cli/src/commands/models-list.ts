import type { Catalog, LoadedManifest } from '@darkroom/model-catalog';
import { familyNamed } from '@darkroom/model-families';
import { Command } from 'commander';
import { EXIT_CODE } from '../exit-code.js';
import type { RunCommand } from '../program.js';
import { readModels } from '../read-models.js';
import type { Terminal } from '../terminal.js';
import { textTable } from '../text-table.js';
import { helpExamples } from './help-examples.js';
import { chosenForm, type FormOption, formatOption } from './result-form.js';

const EXAMPLES = ['models list', "models list --format json | jq -r '.models[].id'"];

export function modelsListCommand(run: RunCommand): Command {
  return new Command('list')
    .summary('Lists the models in the folders, and those that cannot be read.')
    .description(
      'Lists the models in the folders of DARKROOM_MODELS_DIR, and those that cannot be read. Whether their graphs fit: see check.',
    )
    .addOption(formatOption())
    .addHelpText('after', helpExamples(EXAMPLES))
    .action((options: FormOption) =>
      run(async (context) => {
        const catalog = await readModels(context);
        const { terminal, modelsFolders } = context;
        if (chosenForm(options, terminal) === 'json') {
          const { rejected, notes } = catalog;
          terminal.json({ folders: modelsFolders, models: catalog.models.map(asJson), rejected, notes });
        } else terminal.result(asText(catalog, modelsFolders, terminal));
        return EXIT_CODE.success;
      }),
    );
}

function asJson({ manifest, folder, version }: LoadedManifest) {
  const { id, task, family, description, license, demo, labels } = manifest;
  const { width, height } = familyNamed(family)!.inputSize(manifest);
  return {
    id,
    task,
    family,
    version,
    description,
    license,
    demo,
    classes: labels?.length ?? null,
    input: { width, height },
    folder,
  };
}

function asText(
  { models, rejected, notes }: Catalog,
  folders: readonly string[],
  terminal: Terminal,
): string {
  const lines: string[] = [];
  if (models.length === 0) lines.push(`There is no model in ${folders.join(' and ')}.`);
  else {
    const [heading, ...rows] = textTable(
      [
        { heading: 'id' },
        { heading: 'task' },
        { heading: 'family' },
        { heading: 'classes', side: 'right' },
        { heading: 'input' },
        { heading: 'version' },
        { heading: 'folder' },
      ],
      models.map(rowOf),
    );
    lines.push(terminal.paint('bold', heading!), ...rows);
  }
  for (const { folder, problems } of rejected) {
    lines.push(
      '',
      `${terminal.paint('red', '✗')} ${folder} cannot be read:`,
      ...problems.map((problem) => `  ${problem}`),
    );
  }
  if (notes.length > 0) lines.push('', ...notes.map((note) => terminal.paint('dim', note)));
  return lines.join('\n');
}

function rowOf({ manifest, folder, version }: LoadedManifest): string[] {
  const { width, height, shortest_edge } = manifest.preparation;
  const isPrepared = familyNamed(manifest.family)?.preparesPictures ?? true;
  const input = !isPrepared
    ? 'none'
    : width && height
      ? `${width} × ${height}`
      : shortest_edge
        ? `shorter ${shortest_edge}`
        : 'any';
  const classes = String(manifest.labels?.length ?? '?');
  return [manifest.id, manifest.task, manifest.family, classes, input, version, folder];
}
