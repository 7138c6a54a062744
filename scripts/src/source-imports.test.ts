import { describe, expect, it } from 'vitest';
import { importSpecifiers, packageOfSpecifier } from './import-specifiers.js';
import { checkImports } from './source-imports.js';

const owner = {
  name: 'imaging',
  isApp: false,
  manifestPath: 'packages/imaging/package.json',
  dependencies: ['tensor', 'sharp'],
  devDependencies: ['testkit'],
};

const problems = (path: string, ...lines: string[]) =>
  checkImports({ path, text: lines.join('\n') }, owner, ['vitest']).map(({ problem }) => problem);

describe('the imports of a source', () => {
  it('are found in every form', () => {
    const source = [
      'import a from "a";',
      "import type { B } from 'b';",
      'import {',
      '  c,',
      "} from '@scope/c/deep';",
      "import 'd';",
      "export * from './e.js';",
      "const f = await import('vitest/node');",
      "const g = require('vitest');",
      "const words = 'no import from here';",
    ];
    expect(importSpecifiers(source.join('\n'))).toEqual([
      'a',
      'b',
      '@scope/c/deep',
      'd',
      './e.js',
      'vitest/node',
      'vitest',
    ]);
  });

  it('name packages, with and without a scope and a path', () => {
    expect(['@a/b/c', 'd/e', 'f', './g', 'node:fs'].map(packageOfSpecifier)).toEqual([
      '@a/b',
      'd',
      'f',
      null,
      null,
    ]);
  });

  it('pass when the package declares them', () => {
    const lines = ["import sharp from 'sharp';", "import { x } from '@darkroom/tensor';", "import './y.js';"];
    expect(problems('packages/imaging/src/a.ts', ...lines)).toEqual([]);
  });

  it('are refused when it does not', () => {
    expect(problems('packages/imaging/src/a.ts', "import { test } from 'vitest';")).toEqual([
      'imports vitest, which packages/imaging/package.json does not declare',
    ]);
    expect(problems('packages/imaging/src/a.ts', "import '@darkroom/testkit';")).toHaveLength(1);
  });

  it('may be for development in tests and what they share', () => {
    const lines = ["import { test } from 'vitest';", "import '@darkroom/testkit';"];
    expect(problems('packages/imaging/src/a.test.ts', ...lines)).toEqual([]);
    expect(problems('packages/imaging/src/testing/b.ts', ...lines)).toEqual([]);
  });

  it('stay within the folder of the package', () => {
    expect(problems('packages/imaging/src/deep/a.ts', "import '../../package.json';")).toEqual([]);
    expect(problems('packages/imaging/src/a.ts', "import '../../tensor/src/index.js';")).toEqual([
      'imports ../../tensor/src/index.js out of the folder of its package',
    ]);
  });
});
