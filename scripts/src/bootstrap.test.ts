import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';

const path = fileURLToPath(new URL('../bootstrap.cjs', import.meta.url));

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** All kinds of nodes in the syntax of ECMAScript 5. */
const ES5_NODES = new Set(
  `Program ExpressionStatement BlockStatement EmptyStatement DebuggerStatement WithStatement ReturnStatement
  LabeledStatement BreakStatement ContinueStatement IfStatement SwitchStatement SwitchCase ThrowStatement
  TryStatement CatchClause WhileStatement DoWhileStatement ForStatement ForInStatement FunctionDeclaration
  VariableDeclaration VariableDeclarator ThisExpression ArrayExpression ObjectExpression Property
  FunctionExpression UnaryExpression UpdateExpression BinaryExpression AssignmentExpression LogicalExpression
  MemberExpression ConditionalExpression CallExpression NewExpression SequenceExpression Identifier Literal`.split(
    /\s+/,
  ),
);
const ES5_REGEXP_FLAGS = /^[gim]*$/;
const NEWER_OPERATORS = new Set(['**', '**=', '??', '??=', '&&=', '||=']);

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as AstNode).type === 'string';
}

/** What a parser of ECMAScript 5 would stumble over. */
function newerSyntax(source: string): string[] {
  const found: string[] = [];
  const visit = (node: AstNode) => {
    for (const complaint of complaintsAbout(node, source)) {
      found.push(`line ${source.slice(0, node.start).split('\n').length}: ${complaint}`);
    }
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child);
    }
  };
  visit(parseAst(source) as unknown as AstNode);
  return found;
}

function complaintsAbout(node: AstNode, source: string): string[] {
  const text = source.slice(node.start, node.end);
  const parts = (node.arguments ?? node.params ?? []) as AstNode[];
  const end = isNode(node.body) ? node.body.start : node.end;
  const afterParts = parts.length > 0 ? source.slice(parts.at(-1)!.end, end) : '';
  const regex = node.regex as { flags: string } | undefined;
  return [
    !ES5_NODES.has(node.type) && node.type,
    node.type === 'VariableDeclaration' && node.kind !== 'var' && String(node.kind),
    node.type === 'CatchClause' && node.param === null && 'catch without a name',
    node.type === 'Property' && (node.shorthand || node.computed || node.method) && `property ${text}`,
    (node.async || node.generator) && 'async or generator function',
    node.optional && 'optional chaining',
    NEWER_OPERATORS.has(String(node.operator)) && `operator ${node.operator}`,
    node.type === 'Literal' &&
      (node.bigint !== undefined || /^(\d[\d_]*_|0[bo])/i.test(text)) &&
      `number ${text}`,
    regex !== undefined &&
      (!ES5_REGEXP_FLAGS.test(regex.flags) || /\(\?<|\\p\{/.test(text)) &&
      `regexp ${text}`,
    /^\s*,/.test(afterParts) && 'a comma after the last argument',
  ].filter((complaint) => typeof complaint === 'string');
}

describe('the bootstrap', () => {
  it('can be parsed by a Node that is too old, so that it can say so', () => {
    expect(newerSyntax(readFileSync(path, 'utf8'))).toEqual([]);
  });

  it.each([
    'var f = () => 1;',
    'const a = 1;',
    'let a = 1;',
    'var a = `b`;',
    'a?.b;',
    'a ?? b;',
    'f(a,);',
    'function f(a,) {}',
    'function f(a = 1) {}',
    'f(...a);',
    'var {a} = b;',
    'var a = {b};',
    'var a = {b() {}};',
    'try {} catch {}',
    'async function f() {}',
    'var a = 1_000;',
    'class A {}',
    'for (var a of b) {}',
    'var a = /b/u;',
  ])('is checked for %s', (source) => {
    expect(newerSyntax(source)).not.toEqual([]);
  });

  it('names the commands when it is given another', async () => {
    const failure = await promisify(execFile)(process.execPath, [path, 'demmo']).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no command "demmo"[\s\S]*demo[\s\S]*start/),
    });
  });

  it('keeps the standard output for the results of darkroom, which runs where the user is', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path, 'darkroom', '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-bootstrap-'));
    // As npm calls it from a subfolder of the repository, or with --prefix.
    const env = { ...process.env, npm_lifecycle_event: 'darkroom', INIT_CWD: folder };
    const failure = await promisify(execFile)(process.execPath, [path, 'darkroom', 'detect', '.'], {
      env,
    }).catch((error: unknown) => error);
    await rm(folder, { recursive: true });
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`no picture in ${folder}`),
    });
  }, 300_000);
});
