/** With what is put around them, names stay below the 255 bytes that file systems take. */
const NAME_BYTES_MAX = 200;
/** Windows opens its devices by these names in every folder, and a folder may be shared with one. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/**
 * Why a text from outside is not to be the name of a file right in a folder.
 * @returns null for one that may be
 */
export function faultInFileName(name: string): string | null {
  if (name === '') return 'it is empty';
  if (/[/\\]/.test(name)) return 'it has a slash or a backslash, and stands for one file of one folder';
  if (CONTROL_CHARACTER.test(name)) return 'it has a control character';
  if (name.startsWith('.')) return 'it begins with a dot';
  if (DEVICE_NAME.test(name)) return 'it is the name of a device on Windows';
  if (Buffer.from(name).toString() !== name) return 'it has half a character';
  const bytes = Buffer.byteLength(name);
  return bytes > NAME_BYTES_MAX ? `it has ${bytes} bytes, and ${NAME_BYTES_MAX} are the most` : null;
}

/** A name from outside, short enough to be said back. */
export function shownName(name: string): string {
  return name.length > NAME_BYTES_MAX ? `${name.slice(0, NAME_BYTES_MAX)}…` : name;
}
