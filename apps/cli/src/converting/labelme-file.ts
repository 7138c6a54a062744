import { readFile, stat } from 'node:fs/promises';
import { schemaProblems } from '@darkroom/model-catalog';
import { type Static, Type } from 'typebox';

/** The picture may stand in it, as text: a third larger than its file. */
const MAX_BYTES = 128 * 1024 * 1024;
const MOST_SHAPES = 10_000;
const MOST_POINTS = 100_000;
const LONGEST_TEXT = 4096;
const PROBLEMS_SHOWN = 3;

const PointSchema = Type.Array(Type.Number(), { minItems: 2, maxItems: 2 });
const ShapeSchema = Type.Object({
  label: Type.String({ minLength: 1, maxLength: LONGEST_TEXT }),
  points: Type.Array(PointSchema, { maxItems: MOST_POINTS }),
  group_id: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  shape_type: Type.Optional(Type.String({ maxLength: LONGEST_TEXT })),
});
/** What is read of a file of labelme; it holds more. */
const LabelmeSchema = Type.Object({
  imagePath: Type.String({ minLength: 1, maxLength: LONGEST_TEXT }),
  imageWidth: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  imageHeight: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  shapes: Type.Array(ShapeSchema, { maxItems: MOST_SHAPES }),
});
export type LabelmeFile = Static<typeof LabelmeSchema>;
export type LabelmeShape = Static<typeof ShapeSchema>;

export type ReadLabelme =
  | { readonly content: LabelmeFile; readonly problem: null }
  | { readonly content: null; readonly problem: string };

const refuse = (problem: string): ReadLabelme => ({ content: null, problem });

/** Reads the labels of one picture. @returns `null` for JSON of another kind, such as a COCO file */
export async function readLabelmeFile(path: string): Promise<ReadLabelme | null> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) return refuse(`expected at most ${MAX_BYTES} bytes, got ${size}`);
  // Editors on Windows put a mark before the first brace.
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  try {
    return check(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(`is not valid JSON: ${error.message}`);
    // The stack has ended.
    if (error instanceof RangeError) return refuse('is nested deeper than any file of labelme');
    throw error;
  }
}

function check(content: unknown): ReadLabelme | null {
  if (!isMeant(content)) return null;
  const problems = schemaProblems(LabelmeSchema, content);
  if (problems.length === 0) return { content: withPlainLabels(content as LabelmeFile), problem: null };
  const shown = problems.slice(0, PROBLEMS_SHOWN).map(({ pointer, detail }) => `${pointer} ${detail}`);
  return refuse(shown.join('; '));
}

/** Blanks around a name are a slip of the hand, and no other class. */
function withPlainLabels(content: LabelmeFile): LabelmeFile {
  return { ...content, shapes: content.shapes.map((shape) => ({ ...shape, label: shape.label.trim() })) };
}

function isMeant(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'shapes' in content && 'imagePath' in content;
}
