import { isIP } from 'node:net';
import { kindOfAddress } from '../fetching/address-kind.js';
import { type Dial, dialAddresses, type LookUp } from '../fetching/guarded-connector.js';

/**
 * A network in which names lead where the test says, and nothing beyond loopback is dialled. What is looked up and
 * dialled is recorded.
 */
export class ScriptedNetwork {
  readonly lookedUp: string[] = [];
  /** Addresses with ports. */
  readonly dialled: string[] = [];
  readonly #answers: Map<string, readonly (readonly string[])[]>;
  readonly #plain: ReadonlySet<string>;

  /**
   * @param names what each leads to, time after time; the last answer stays
   * @param plain names whose servers take https without encryption
   */
  constructor(
    names: Readonly<Record<string, readonly (readonly string[])[]>>,
    plain: readonly string[] = [],
  ) {
    this.#answers = new Map(Object.entries(names));
    this.#plain = new Set(plain);
  }

  readonly lookUp: LookUp = async (hostname) => {
    this.lookedUp.push(hostname);
    const [next, ...later] = this.#answers.get(hostname) ?? [];
    if (next === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    if (later.length > 0) this.#answers.set(hostname, later);
    return next.map((address) => ({ address, family: isIP(address) }));
  };

  readonly dial: Dial = (target, addresses, limits, callback) => {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    this.dialled.push(...addresses.map(({ address }) => `${address}:${port}`));
    if (addresses.some(({ address }) => kindOfAddress(address) !== 'loopback')) {
      callback(Object.assign(new Error('beyond loopback'), { code: 'EHOSTUNREACH' }), null);
      return;
    }
    const protocol = this.#plain.has(target.hostname) ? 'http:' : target.protocol;
    dialAddresses({ ...target, protocol, port: String(port) }, addresses, limits, callback);
  };
}
