import { Type } from 'typebox';

/** The keys that an `image` object can have; which go together, {@link readPictureSource} says. */
export const ImageReferenceSchema = Type.Object({
  base64: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  job: Type.Optional(Type.String()),
  artifact: Type.Optional(Type.String()),
});
