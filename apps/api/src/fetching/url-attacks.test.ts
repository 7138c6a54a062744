import type { DarkroomError } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PictureServer, picture } from '../testing/picture-server.js';
import { ScriptedNetwork } from '../testing/scripted-network.js';
import { ADDRESS_ATTACKS } from '../testing/url-attacks/address-attacks.js';
import { answerAttacks, HOSTILE_ANSWERS, lateAnswerAttacks } from '../testing/url-attacks/answer-attacks.js';
import { ATTACKED_NAMES, NAME_ATTACKS } from '../testing/url-attacks/name-attacks.js';
import { REDIRECTING_NAMES, REDIRECTS, redirectAttacks } from '../testing/url-attacks/redirect-attacks.js';
import { TEXT_ATTACKS } from '../testing/url-attacks/text-attacks.js';
import type { UrlAttack } from '../testing/url-attacks/url-attack.js';
import { AddressGuard } from './address-guard.js';
import { AllowedHosts } from './allowed-hosts.js';
import { type FetchedPicture, PictureFetcher } from './picture-fetcher.js';

const MAX_BYTES = 100_000;
const TIMEOUT_MS = 10_000;
const SHORT_TIMEOUT_MS = 500;
const GOOD = Buffer.from('a picture');

let server: PictureServer;

beforeAll(async () => {
  server = await PictureServer.start({ ...REDIRECTS, ...HOSTILE_ANSWERS, '/cat.png': picture(GOOD) });
});
afterAll(() => server.stop());

/** Only the test's server is allowed, and names that do not lead where they should. */
const allowedHosts = () =>
  AllowedHosts.parse(`${server.host}, encrypted.test, allowed-metadata.test, allowed-multicast.test`);

const networkOfAttacks = () =>
  new ScriptedNetwork({ ...ATTACKED_NAMES, ...REDIRECTING_NAMES }, ['encrypted.test']);

function fetchFrom(network: ScriptedNetwork, url: string, timeoutMs = TIMEOUT_MS): Promise<FetchedPicture> {
  const limits = { maxBytes: MAX_BYTES, timeoutMs };
  const fetcher = new PictureFetcher(new AddressGuard(allowedHosts()), limits, network);
  return fetcher.fetch(url, '#/image/url', new AbortController().signal);
}

/** Runs an attack, which must be refused as it says. @returns where connections were opened to */
async function dialledBy({ url, code, says }: UrlAttack, timeoutMs?: number): Promise<readonly string[]> {
  const network = networkOfAttacks();
  const error = (await fetchFrom(network, url, timeoutMs).catch(
    (thrown: unknown) => thrown,
  )) as DarkroomError;
  expect(error).toMatchObject({ name: 'DarkroomError', code });
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain('s3cret');
  expect(error.message.length).toBeLessThan(700);
  return network.dialled;
}

const table = (attacks: readonly UrlAttack[]) => attacks.map((attack) => [attack.name, attack] as const);

describe('the server of the attacks', () => {
  it('is one that good pictures come from', async () => {
    const network = networkOfAttacks();
    expect((await fetchFrom(network, `http://${server.host}/6`)).bytes).toEqual(GOOD);
    expect(new Set(network.dialled)).toEqual(new Set([server.host]));
  });
});

describe('a URL with the address of', () => {
  it.each(table(ADDRESS_ATTACKS))('%s is refused, and nothing dialled', async (_name, attack) => {
    expect(await dialledBy(attack)).toEqual([]);
  });
});

describe('a URL that is', () => {
  it.each(table(TEXT_ATTACKS))('%s is refused, and nothing dialled', async (_name, attack) => {
    expect(await dialledBy(attack)).toEqual([]);
  });
});

describe('a URL with', () => {
  it.each(table(NAME_ATTACKS))('%s is refused, and nothing dialled', async (_name, attack) => {
    expect(await dialledBy(attack)).toEqual([]);
  });

  it('a name that leads elsewhere at the second look is looked up once, and dialled where it was checked', async () => {
    const network = networkOfAttacks();
    await expect(fetchFrom(network, 'http://rebinds.test/')).rejects.toMatchObject({
      code: 'url_not_fetched',
    });
    expect(network.lookedUp).toEqual(['rebinds.test']);
    expect(network.dialled).toEqual(['93.184.216.34:80']);
  });

  it('a name that has no address is not fetched', async () => {
    const network = networkOfAttacks();
    await expect(fetchFrom(network, 'http://empty.test/')).rejects.toMatchObject({ code: 'url_not_fetched' });
    expect(network.dialled).toEqual([]);
  });
});

describe('a redirect', () => {
  const attacks = () => redirectAttacks(server.port);

  it('of every kind is refused, and nothing but the allowed server dialled', async () => {
    for (const attack of attacks()) {
      const dialled = await dialledBy(attack);
      expect([...new Set(dialled)], attack.name).toEqual([server.host]);
    }
  });
});

describe('an answer', () => {
  it('of every hostile kind is refused, and its connection ended', async () => {
    for (const attack of answerAttacks(server.host)) {
      expect(await dialledBy(attack), attack.name).toEqual([server.host]);
    }
    await vi.waitFor(async () => expect(await server.connections()).toBe(0));
  }, 60_000);

  it('that does not come to its end is not waited for', async () => {
    for (const attack of lateAnswerAttacks(server.host)) {
      expect(await dialledBy(attack, SHORT_TIMEOUT_MS), attack.name).toEqual([server.host]);
    }
    await vi.waitFor(async () => expect(await server.connections()).toBe(0));
  });

  it('that never ends is not read much further than a picture may be long', async () => {
    const before = server.bytesSent;
    await expect(fetchFrom(networkOfAttacks(), `http://${server.host}/endless`)).rejects.toThrow(
      /MAX_UPLOAD_BYTES/,
    );
    expect(server.bytesSent - before).toBeLessThan(8_000_000);
  });
});

describe('the attacks', () => {
  it('are at least sixty', () => {
    const all = [
      ADDRESS_ATTACKS,
      TEXT_ATTACKS,
      NAME_ATTACKS,
      redirectAttacks(1),
      answerAttacks('127.0.0.1:1'),
      lateAnswerAttacks('127.0.0.1:1'),
    ].flat();
    expect(new Set(all.map(({ url }) => url)).size).toBeGreaterThanOrEqual(60);
  });
});
