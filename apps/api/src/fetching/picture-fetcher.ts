import { STATUS_CODES } from 'node:http';
import { DarkroomError } from '@darkroom/contracts';
import { VERSION } from '@darkroom/service-kit';
import { Agent, type Dispatcher, request } from 'undici';
import { uploadTooLarge } from '../upload-too-large.js';
import type { AddressGuard } from './address-guard.js';
import { type Dial, dialAddresses, guardedConnector, type LookUp, lookUpAll } from './guarded-connector.js';
import { fileNameOfUrl, readPictureUrl } from './picture-url.js';
import { WayToPicture } from './way-to-picture.js';

const REDIRECTS_MAX = 5;
const REDIRECTING: readonly number[] = [301, 302, 303, 307, 308];
const HEADERS = {
  accept: 'image/*, */*;q=0.1',
  // What is packed small can be large: nothing packed is asked for, nor taken.
  'accept-encoding': 'identity',
  'user-agent': `Darkroom/${VERSION}`,
};

export interface FetchedPicture {
  readonly bytes: Buffer;
  readonly fileName: string | null;
}

export interface FetchLimits {
  readonly maxBytes: number;
  /** For one picture, looking up and redirects included; 0: nothing is fetched. */
  readonly timeoutMs: number;
}

type Answer = Dispatcher.ResponseData;

/** Fetches pictures on behalf of people who may name any URL. */
export class PictureFetcher {
  readonly #guard: AddressGuard;
  readonly #limits: FetchLimits;
  readonly #network: { readonly lookUp: LookUp; readonly dial: Dial };

  constructor(
    guard: AddressGuard,
    limits: FetchLimits,
    network: { readonly lookUp: LookUp; readonly dial: Dial } = { lookUp: lookUpAll, dial: dialAddresses },
  ) {
    this.#guard = guard;
    this.#limits = limits;
    this.#network = network;
  }

  /**
   * @param text the URL as it came
   * @param pointer JSON pointer to the field that has it
   * @param signal aborted when nobody wants the picture any more
   * @throws DarkroomError `url_not_allowed`, `url_not_fetched`, `upload_too_large`; `option_not_supported` where
   *   nothing is fetched
   */
  async fetch(text: string, pointer: string, signal: AbortSignal): Promise<FetchedPicture> {
    const { timeoutMs } = this.#limits;
    if (timeoutMs === 0) throw fetchingIsOff(pointer);
    const way = new WayToPicture(text, pointer);
    const deadline = AbortSignal.timeout(timeoutMs);
    const limits = { timeoutMs, signal: AbortSignal.any([signal, deadline]) };
    // An agent of its own: connections are not shared between pictures, and end with this one.
    const agent = new Agent({ connect: guardedConnector({ guard: this.#guard, ...this.#network }, limits) });
    // A signal of the request itself would be heard only once there is a connection.
    const giveUp = () => agent.destroy().catch(() => {});
    limits.signal.addEventListener('abort', giveUp, { once: true });
    try {
      limits.signal.throwIfAborted();
      const bytes = await this.#follow(way, agent);
      return { bytes, fileName: fileNameOfUrl(new URL(text)) };
    } catch (error) {
      if (signal.aborted) throw way.notFetched('the request ended before', { cause: error });
      if (!deadline.aborted) throw way.explain(error);
      throw way.notFetched(
        `it did not come within ${timeoutMs / 1000} seconds (URL_TIMEOUT_SECONDS of the service)`,
        { cause: error },
      );
    } finally {
      limits.signal.removeEventListener('abort', giveUp);
      await giveUp();
    }
  }

  async #follow(way: WayToPicture, agent: Agent): Promise<Buffer> {
    let url = readPictureUrl(way.text);
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const answer = await request(url, { dispatcher: agent, headers: HEADERS });
      // An answer that is not read to its end breaks off with the agent, which is nobody's concern.
      answer.body.on('error', () => {});
      if (!REDIRECTING.includes(answer.statusCode)) return this.#read(answer, way);
      const { location } = answer.headers;
      if (typeof location !== 'string')
        throw way.notFetched('the redirect does not say, or not clearly, where to');
      way.redirectedTo = location;
      url = readPictureUrl(location, url);
      way.redirectedTo = url;
    }
    throw way.notFetched(`that is the ${REDIRECTS_MAX + 1}th redirect of at most ${REDIRECTS_MAX}`);
  }

  async #read({ statusCode, headers, body }: Answer, way: WayToPicture): Promise<Buffer> {
    const { maxBytes } = this.#limits;
    if (statusCode !== 200) {
      throw way.notFetched(`the answer is ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd());
    }
    const encoding = String(headers['content-encoding'] ?? 'identity');
    if (encoding.toLowerCase() !== 'identity') {
      throw way.notFetched(`it came packed as ${JSON.stringify(encoding.slice(0, 40))}, unasked`);
    }
    const length = Number(headers['content-length'] ?? 0);
    if (length > maxBytes) throw uploadTooLarge(maxBytes, length);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw uploadTooLarge(maxBytes);
      chunks.push(chunk);
    }
    if (bytes === 0) throw way.notFetched('the answer is empty');
    return Buffer.concat(chunks);
  }
}

function fetchingIsOff(pointer: string): DarkroomError {
  const detail =
    'This service fetches no pictures from URLs (its URL_TIMEOUT_SECONDS is 0). Send the picture itself: as a file part, or as {"base64": "…"}.';
  return new DarkroomError('option_not_supported', detail, { fields: [{ pointer, detail }] });
}
