import { type AddressKind, kindOfAddress } from './address-kind.js';
import type { AllowedHosts, HostAndPort } from './allowed-hosts.js';
import { UrlRefused } from './url-refused.js';

/** What the name of a host opens. Others of its addresses, such as metadata, must be listed themselves. */
const OPENED_BY_NAME: ReadonlySet<AddressKind> = new Set(['loopback', 'private', 'carrier-grade NAT']);

const DESCRIPTIONS: Readonly<Record<Exclude<AddressKind, 'public'>, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  'carrier-grade NAT': 'an address behind carrier-grade NAT',
  'link-local': 'a link-local address',
  'cloud metadata': 'an address of cloud metadata',
  multicast: 'a multicast address',
  unspecified: 'an unspecified address',
  reserved: 'a reserved address',
};

/** Decides which addresses the service dials on behalf of others. */
export class AddressGuard {
  readonly #allowed: AllowedHosts;

  constructor(allowed: AllowedHosts) {
    this.#allowed = allowed;
  }

  /**
   * @param address one of those that the host has
   * @throws UrlRefused when it is neither public nor allowed
   */
  check(address: string, target: HostAndPort): void {
    const kind = kindOfAddress(address);
    if (kind === 'public' || this.#allowed.listsAddress(address, target.port)) return;
    if (OPENED_BY_NAME.has(kind) && this.#allowed.namesHost(target)) return;
    // The address of a name is not told: it would map a network to whoever asks.
    const verb = target.hostname === address ? 'is' : 'leads to';
    throw new UrlRefused(
      `${target.hostname} ${verb} ${DESCRIPTIONS[kind]}`,
      'Only public addresses are requested. If the host is meant to be, name it in ALLOWED_PRIVATE_HOSTS of the service.',
    );
  }
}
