import { type TSchema, Type } from 'typebox';

/** A field that is always there and `null` when it has no value. */
export function Nullable<Schema extends TSchema>(schema: Schema, options: { description?: string } = {}) {
  return Type.Union([schema, Type.Null()], options);
}
