import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { CommandContext } from '../command-context.js';
import type { DownloadedFile } from '../downloading/file-download.js';
import type { ModelAddress } from '../downloading/model-address.js';
import { ModelDownload, suggestIdFor } from '../downloading/model-download.js';
import { type AddedModel, addModel } from './add-model.js';
import type { AddRequest } from './add-request.js';
import { checkModelId } from './check-model-id.js';

/** What `models add` is asked of files that are elsewhere. */
export type FetchRequest = Omit<AddRequest, 'paths' | 'origin'> & {
  readonly addresses: readonly ModelAddress[];
};

/**
 * Brings in a model whose files are fetched first. It is there in the end as a whole, or not at all.
 * @throws CommandFailure, and what `addModel` throws
 */
export async function addFetchedModel(request: FetchRequest, context: CommandContext): Promise<AddedModel> {
  const { addresses, ...rest } = request;
  const id = idOfFetched(request);
  // Rather now than after gigabytes have come.
  await checkModelId(id, context.modelsFolders, request);
  const download = await ModelDownload.fetch(addresses, context);
  try {
    const { files } = download;
    const origin = {
      request: requestKey(request),
      files: files.map(({ address, bytes, sha256 }) => ({ address: address.shown, bytes, sha256 })),
    };
    const source = request.source ?? addresses.map(({ shown }) => shown).join(' and ');
    return await addModel({ ...rest, id, source, origin, paths: pathsOf(download.folder, files) }, context);
  } finally {
    await download.discard();
  }
}

export function idOfFetched({ id, addresses }: Pick<FetchRequest, 'id' | 'addresses'>): string {
  return id ?? suggestIdFor(addresses);
}

/**
 * What is the same for requests that come to the same model: its options and, of each file, the hash where one is
 * given, or else the address. It is hashed, as addresses may hold secrets.
 */
export function requestKey({ addresses, replace: _, ...options }: FetchRequest): string {
  const files = addresses.map(({ url, fileName, sha256 }) => [fileName, sha256 ?? url.href]);
  return createHash('sha256')
    .update(JSON.stringify([files, options]))
    .digest('hex');
}

/** Graphs that are named are all meant; what has configurations or is of Darknet is read as a folder. */
function pathsOf(folder: string, files: readonly DownloadedFile[]): readonly string[] {
  const paths = files.map(({ path }) => path);
  const endings = paths.map((path) => extname(path).toLowerCase());
  const isFolder = endings.some((ending) => ending === '.json' || ending === '.cfg');
  return isFolder ? [folder] : paths.filter((path) => path.toLowerCase().endsWith('.onnx'));
}
