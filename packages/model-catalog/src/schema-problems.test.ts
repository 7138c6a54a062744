import { Type } from 'typebox';
import { Settings } from 'typebox/system';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from './schema-problems.js';

const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'What it is called.' }),
    size: Type.Integer({ minimum: 1, maximum: 16 }),
    scale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    mode: Type.Optional(Type.Enum(['wide', 'narrow'])),
    mean: Type.Optional(Type.Array(Type.Number(), { minItems: 3, maxItems: 3 })),
    label: Type.Optional(
      Type.Union([Type.String(), Type.Object({ label: Type.String() }, { additionalProperties: false })]),
    ),
    parts: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Integer(), { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

const good = { name: 'a', size: 3 };

describe('problems with a schema', () => {
  it('are none where a value is as it says', () => {
    expect(
      schemaProblems(schema, { ...good, scale: 0.5, mode: 'wide', label: { label: 'x' }, parts: { a: 1 } }),
    ).toEqual([]);
  });

  it.each([
    [{ ...good, name: '' }, '#/name', 'expected text that is not empty, got "". What it is called'],
    [{ ...good, size: 0 }, '#/size', 'expected a whole number from 1 to 16, got 0'],
    [{ ...good, size: '3' }, '#/size', 'expected a whole number from 1 to 16, got "3"'],
    [{ ...good, scale: 0 }, '#/scale', 'expected a number greater than 0, got 0'],
    [{ ...good, mode: 'large' }, '#/mode', 'expected one of "wide", "narrow", got "large"'],
    [{ ...good, mean: [1] }, '#/mean', 'expected a list of exactly 3 (each a number), got [1]'],
    [{ ...good, mean: [1, 2, 'x'] }, '#/mean/2', 'expected a number, got "x"'],
    [{ ...good, label: { labl: 1 } }, '#/label', 'expected text, or an object with label, got {"labl":1}'],
    [{ ...good, parts: { Big: 1 } }, '#/parts/Big', 'is not a known field; its name must match ^[a-z]+$'],
    [{ ...good, parts: { big: 'x' } }, '#/parts/big', 'expected a whole number, got "x"'],
    [{ ...good, sise: 3 }, '#/sise', 'is not a known field; did you mean size?'],
    [{ ...good, weights: 3 }, '#/weights', /^is not a known field; known are name, size, scale/],
    [{ size: 3 }, '#/name', 'is missing; expected text that is not empty. What it is called'],
    [[], '#', /^expected an object with name, size/],
  ])('say of %j where, what was expected and what there is', (value, pointer, detail) => {
    expect(schemaProblems(schema, value)).toEqual([
      { pointer, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) },
    ]);
  });

  it('are told all at once, however many', () => {
    const wrong = {
      mean: Array.from({ length: 3 }, () => 'x'),
      scale: -1,
      mode: 1,
      a1: 1,
      b2: 2,
      c3: 3,
      d4: 4,
    };
    expect(schemaProblems(schema, wrong)).toHaveLength(11);
    expect(Settings.Get().maxErrors).toBe(8);
  });

  it('point from where the value stands in its document', () => {
    expect(schemaProblems(schema, { ...good, size: 99 }, '#/family_options')[0]!.pointer).toBe(
      '#/family_options/size',
    );
  });
});
