import { Type } from 'typebox';

const EDGES = '`[x0, y0, x1, y1]` in pixels of the picture as displayed; `x1`, `y1` are edges.';

/** @param about what else there is to say of it */
export const boxSchema = (about = '') =>
  Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: `${EDGES} ${about}`.trimEnd() });

export const BoxSchema = boxSchema();
