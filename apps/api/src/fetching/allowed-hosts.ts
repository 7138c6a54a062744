import { isIP } from 'node:net';
import { plainAddress } from './address-kind.js';

/** Where a connection is to go, as a URL has it. IPv6 addresses are without brackets. */
export interface HostAndPort {
  readonly hostname: string;
  readonly port: number;
}

interface AllowedHost {
  /** A name in lower case, or an address in its plain form. */
  readonly host: string;
  /** Null: all ports. */
  readonly port: number | null;
}

const ENTRY = /^(\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?$/iu;

/** The hosts of `ALLOWED_PRIVATE_HOSTS`: the service may reach them though their addresses are not public. */
export class AllowedHosts {
  readonly #hosts: readonly AllowedHost[];

  private constructor(hosts: readonly AllowedHost[]) {
    this.#hosts = hosts;
  }

  /**
   * @param list names and addresses with commas between, each with a port or without; IPv6 in brackets
   * @throws TypeError
   */
  static parse(list: string): AllowedHosts {
    const entries = list.split(',').map((entry) => entry.trim());
    return new AllowedHosts(entries.filter(Boolean).map(readEntry));
  }

  static isList(text: string): boolean {
    try {
      AllowedHosts.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the host is listed by the name, or the address, that the URL has. */
  namesHost({ hostname, port }: HostAndPort): boolean {
    return this.#has(plainHost(hostname), port);
  }

  /** Whether the address itself is listed. */
  listsAddress(address: string, port: number): boolean {
    return this.#has(plainAddress(address), port);
  }

  #has(host: string, port: number): boolean {
    return this.#hosts.some((allowed) => allowed.host === host && (allowed.port ?? port) === port);
  }
}

function readEntry(entry: string): AllowedHost {
  const [, host, port] = ENTRY.exec(entry) ?? [];
  if (host === undefined || Number(port ?? 0) > 65535) throw new TypeError(`no host: ${entry}`);
  // Reads all notations of an address, and names in other scripts, as the URLs that it is compared with are read.
  const { hostname } = new URL(`http://${host}/`);
  return {
    host: plainHost(hostname.replace(/^\[|\]$/g, '')),
    port: port === undefined ? null : Number(port),
  };
}

function plainHost(hostname: string): string {
  return isIP(hostname) ? plainAddress(hostname) : hostname.toLowerCase().replace(/\.$/, '');
}
