import { isBuiltin } from 'node:module';

/** What stands at the start of a line and ends in a quoted name; a statement may go over several lines. */
const STATEMENT = /^[ \t]*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"\n]+)\1/gm;
/** Calls of import and require, in code and in the types of comments alike. */
const CALL = /\b(?:import|require)\(\s*(['"])([^'"\n]+)\1\s*[,)]/g;

/** Everything that a TypeScript source imports, as it is written there. */
export function importSpecifiers(source: string): string[] {
  const found = [STATEMENT, CALL].flatMap((pattern) =>
    [...source.matchAll(pattern)].map((match) => match[2]!),
  );
  return [...new Set(found)];
}

/** The package a specifier names (`@scope/name/path` → `@scope/name`); `null` for paths and Node's own modules. */
export function packageOfSpecifier(specifier: string): string | null {
  if (/^(?:[./#]|data:|file:)/.test(specifier) || isBuiltin(specifier)) return null;
  const [first, second] = specifier.split('/');
  return first!.startsWith('@') && second !== undefined ? `${first}/${second}` : first!;
}
