/** A model that cannot be brought in. The message says what was expected, what came and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
