/**
 * Whether bytes begin as a format's files do.
 * @param signature the first bytes, each a character of that code; `?` is any byte
 */
export function beginsWith(bytes: Buffer, signature: string): boolean {
  if (bytes.length < signature.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] !== '?' && signature.charCodeAt(i) !== bytes[i]) return false;
  }
  return true;
}
