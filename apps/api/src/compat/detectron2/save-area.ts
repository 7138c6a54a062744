import type { DetectedArea } from './detected-area.js';
import type { OutputNames } from './output-names.js';
import type { PictureFolders } from './picture-folders.js';

/** Writes the drawn picture, its parts, and the base64 of each. @throws DarkroomError when a file can't be written */
export async function saveArea(
  area: DetectedArea,
  names: OutputNames,
  folders: PictureFolders,
): Promise<void> {
  const drawn = await area.drawn();
  await folders.write('pictures', names.picture, drawn);
  const text = drawn.toString('base64');
  for (const name of names.texts) await folders.write('texts', name, text);
  for (let i = 0; i < area.partCount; i++) {
    const part = await area.part(i);
    await folders.write('pictures', names.part(i), part);
    await folders.write('texts', names.textOfPart(i), part.toString('base64'));
  }
}
