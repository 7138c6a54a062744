import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from './repository-root.js';
import { declaredVariables } from './testing/declared-variables.js';

const read = (...path: string[]) => readFileSync(join(REPOSITORY_ROOT, ...path), 'utf8');

const example = [...read('.env.example').matchAll(/^#([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => ({
  name,
  value,
}));

const declared = readdirSync(join(REPOSITORY_ROOT, 'apps')).flatMap(declaredVariables);

describe('.env.example', () => {
  it('has every variable that the apps read, each once', () => {
    const names = example.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => name !== 'DARKROOM_NO_INSTALL').sort()).toEqual(
      [...new Set(declared)].sort(),
    );
  });

  it('is described variable by variable in the README', () => {
    const readme = read('README.md');
    expect(example.filter(({ name }) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
