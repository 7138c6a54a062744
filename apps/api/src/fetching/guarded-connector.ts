import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.js';

/** All addresses of a host. */
export type LookUp = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Opens a connection to one of the addresses, whatever the name of the target leads to by now. */
export type Dial = (
  target: buildConnector.Options,
  addresses: readonly LookupAddress[],
  limits: DialLimits,
  callback: buildConnector.Callback,
) => void;

export interface DialLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Of several addresses, each is given so long before the next is tried too. */
const NEXT_ADDRESS_AFTER_MS = 1_000;

/** As the machine itself looks names up, its hosts file included. */
export const lookUpAll: LookUp = (hostname) => lookup(hostname, { all: true });

export const dialAddresses: Dial = (target, addresses, { timeoutMs, signal }, callback) => {
  const answerChecked: LookupFunction = (_hostname, { all }, answer) => {
    const [first] = addresses;
    if (all) answer(null, [...addresses]);
    else answer(null, first!.address, first!.family);
  };
  const connect = buildConnector({
    lookup: answerChecked,
    timeout: timeoutMs,
    signal,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
  });
  connect(target, callback);
};

/**
 * Looks a host up once for each connection and dials what was checked, so that a name cannot lead elsewhere between the
 * two. A host with one address that is refused is refused.
 */
export function guardedConnector(
  { guard, lookUp, dial }: { readonly guard: AddressGuard; readonly lookUp: LookUp; readonly dial: Dial },
  limits: DialLimits,
): buildConnector.connector {
  const checkedAddresses = async ({ hostname, protocol, port }: buildConnector.Options) => {
    const version = isIP(hostname);
    const addresses = version ? [{ address: hostname, family: version }] : await lookUp(hostname);
    if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
    const target = { hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
    for (const { address } of addresses) guard.check(address, target);
    limits.signal.throwIfAborted();
    return addresses;
  };
  return (target, callback) => {
    checkedAddresses(target)
      .then((addresses) => dial(target, addresses, limits, callback))
      .catch((error: Error) => callback(error, null));
  };
}
