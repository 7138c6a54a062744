import { DarknetError } from './darknet-error.js';
import { textLines } from './text-lines.js';

/** What a `.data` file says that matters beyond training. */
export interface DataFile {
  /** Path of the `.names` file as it stands there, mostly seen from where Darknet was started; not to be trusted. */
  readonly namesPath: string | null;
}

/**
 * Reads a `.data` file as `read_data_cfg` and `get_metadata` do: `names`, or else `labels`.
 * @throws DarknetError when a line is neither key=value nor comment
 */
export function parseDataFile(bytes: Uint8Array): DataFile {
  const entries = new Map<string, string>();
  for (const [at, text] of textLines(bytes, 'data').entries()) {
    const content = text.trim();
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const equals = content.indexOf('=');
    if (equals < 1) {
      throw new DarknetError('data', at + 1, 'expected key=value, such as names=data/coco.names');
    }
    const key = content.slice(0, equals).trim();
    if (!entries.has(key)) entries.set(key, content.slice(equals + 1).trim());
  }
  return { namesPath: entries.get('names') || entries.get('labels') || null };
}
