import { readFile, stat, writeFile } from 'node:fs/promises';
import { CommandFailure } from '../command-failure.js';

/** More than a service takes, and as much as one text can hold. */
const PICTURE_BYTES_MAX = 256 * 1024 ** 2;
/** Four characters hold three bytes, and lines may break between them. */
const TEXT_BYTES_MAX = 400 * 1024 ** 2;

/**
 * Base64 of a file, on one line.
 * @param output where to write it instead, as text without a line end
 * @returns null when it was written
 * @throws CommandFailure
 */
export async function pictureAsBase64(path: string, output: string | undefined): Promise<string | null> {
  const bytes = await readLimited(path, PICTURE_BYTES_MAX);
  if (bytes.length === 0) throw new CommandFailure(`${path} is empty, and no picture`);
  const text = bytes.toString('base64');
  if (output === undefined) return text;
  await write(output, text);
  return null;
}

/** Writes the bytes that a file holds as base64. @throws CommandFailure */
export async function pictureFromBase64(path: string, output: string): Promise<void> {
  const text = (await readLimited(path, TEXT_BYTES_MAX)).toString('latin1').replaceAll(/\s/g, '');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replaceAll('=', '').length % 4 !== 1;
  if (!isBase64)
    throw new CommandFailure(`expected base64 in ${path}, as this command writes it, found else`);
  await write(output, Buffer.from(text, 'base64'));
}

async function readLimited(path: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(path).catch(notRead);
  if (size > maxBytes) {
    throw new CommandFailure(
      `${path} has ${size} bytes, and ${maxBytes} are the most that fit into a request`,
    );
  }
  return readFile(path).catch(notRead);

  function notRead({ message }: Error): never {
    throw new CommandFailure(`${path} cannot be read: ${message}`);
  }
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await writeFile(path, content).catch(({ message }: Error) => {
    throw new CommandFailure(`${path} cannot be written: ${message}`);
  });
}
