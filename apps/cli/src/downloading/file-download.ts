import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { byteText } from '../byte-text.js';
import { explainFailure, notFetched, PassingFailure } from './download-failure.js';
import type { DownloadLimits } from './download-limits.js';
import { requestFile } from './file-request.js';
import type { ModelAddress } from './model-address.js';
import type { S3Settings } from './s3-object.js';

/** A file that is there. */
export interface DownloadedFile {
  readonly path: string;
  readonly address: ModelAddress;
  readonly bytes: number;
  readonly sha256: string;
}

/** What downloads are made with. */
export interface DownloadTools {
  readonly dispatcher: Dispatcher;
  readonly s3: S3Settings;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
  /** Told how much is there, and how much it will be where that is known. */
  readonly onProgress: (address: ModelAddress, bytes: number, totalBytes: number | null) => void;
  /**
   * @param missingBytes what is still to come of the file
   * @throws CommandFailure when there is no room for it
   */
  readonly checkSpace: (address: ModelAddress, missingBytes: number, totalBytes: number) => Promise<void>;
}

/** One file on its way, over as many connections as it takes. */
export class FileDownload {
  readonly #address: ModelAddress;
  readonly #path: string;
  readonly #tools: DownloadTools;
  #bytes = 0;
  #hash: Hash = createHash('sha256');
  /** Of the version whose beginning is here; `null`: one that can't be told from others. */
  #etag: string | null = null;

  constructor(address: ModelAddress, path: string, tools: DownloadTools) {
    this.#address = address;
    this.#path = path;
    this.#tools = tools;
  }

  /**
   * @returns the file, whose hash is the one that was asked for
   * @throws CommandFailure; nothing of the file is left then
   */
  async run(): Promise<DownloadedFile> {
    try {
      await this.#fetchAll();
      const sha256 = this.#hash.digest('hex');
      const { sha256: expected } = this.#address;
      if (expected !== null && expected !== sha256) throw this.#otherHash(expected, sha256);
      return { path: this.#path, address: this.#address, bytes: this.#bytes, sha256 };
    } catch (error) {
      await rm(this.#path, { force: true });
      throw error;
    }
  }

  async #fetchAll(): Promise<void> {
    const { limits, signal } = this.#tools;
    const file = await open(this.#path, 'wx');
    try {
      for (let failures = 0; ; ) {
        const before = this.#bytes;
        const failure = await this.#attempt(file);
        if (failure === null) return;
        failures = this.#bytes > before ? 1 : failures + 1;
        if (failures >= limits.maxFailures) throw this.#givenUp(failure);
        await pause(limits.firstPauseMs * 2 ** (failures - 1), undefined, { signal });
      }
    } finally {
      await file.close();
    }
  }

  /** @returns why another attempt is needed */
  async #attempt(file: FileHandle): Promise<PassingFailure | null> {
    try {
      await this.#fetchRest(file);
      return null;
    } catch (error) {
      this.#tools.signal.throwIfAborted();
      const explained = explainFailure(error, this.#address);
      if (explained instanceof PassingFailure) return explained;
      throw explained;
    }
  }

  async #fetchRest(file: FileHandle): Promise<void> {
    const { signal, onProgress, checkSpace } = this.#tools;
    const address = this.#address;
    const part = this.#etag === null ? null : { from: this.#bytes, etag: this.#etag };
    const answer = await requestFile(address, part, this.#tools);
    // Left without being read to its end, it breaks off, which is nobody's concern.
    answer.body.on('error', () => {});
    try {
      if (answer.from !== this.#bytes || part === null) await this.#startAgain(file);
      this.#etag = answer.etag;
      const { totalBytes } = answer;
      this.#checkSize(totalBytes ?? this.#bytes);
      if (totalBytes !== null) await checkSpace(address, totalBytes - this.#bytes, totalBytes);
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        this.#checkSize(this.#bytes + chunk.length);
        await this.#append(file, chunk);
        onProgress(address, this.#bytes, totalBytes);
        signal.throwIfAborted();
      }
      if (totalBytes !== null && this.#bytes !== totalBytes)
        throw new PassingFailure('the connection broke off');
      if (this.#bytes === 0) throw notFetched(address, 'the file is empty');
    } finally {
      answer.body.destroy();
    }
  }

  async #startAgain(file: FileHandle): Promise<void> {
    await file.truncate(0);
    this.#bytes = 0;
    this.#hash = createHash('sha256');
  }

  async #append(file: FileHandle, chunk: Buffer): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const rest = chunk.length - written;
      written += (await file.write(chunk, written, rest, this.#bytes + written)).bytesWritten;
    }
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  #checkSize(bytes: number): void {
    const { maxBytes } = this.#tools.limits;
    if (bytes <= maxBytes) return;
    throw notFetched(
      this.#address,
      `expected at most ${byteText(maxBytes)} in a file, it has ${byteText(bytes)} or more`,
    );
  }

  #otherHash(expected: string, sha256: string): Error {
    return notFetched(
      this.#address,
      `it is another file than the hash says, and was removed.\n  expected  sha256 ${expected}\n  came      sha256 ${sha256}, ${byteText(this.#bytes)}`,
    );
  }

  #givenUp(failure: PassingFailure): Error {
    const got = this.#bytes > 0 ? ` after ${byteText(this.#bytes)}` : '';
    const { maxFailures } = this.#tools.limits;
    return notFetched(this.#address, `${failure.message}${got}, ${maxFailures} times in a row`, failure);
  }
}
