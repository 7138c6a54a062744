import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchemaText } from '@darkroom/model-catalog';
import { runAsScript } from './expected-failure.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { terminal } from './terminal.js';

/* `node scripts/dist/generate.js`: writes the files that follow from the code, to be committed with it. */
await runAsScript(async () => {
  const path = join('models', 'model.schema.json');
  writeFileSync(join(REPOSITORY_ROOT, path), manifestJsonSchemaText());
  terminal.line(`wrote ${path}`);
});
