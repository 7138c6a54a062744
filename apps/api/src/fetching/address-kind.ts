import ipaddr from 'ipaddr.js';

/** What an address leads to. Those that are not `public` are dialled only where the operator allows it. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'carrier-grade NAT'
  | 'link-local'
  | 'cloud metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved';

const KIND_OF_RANGE: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'carrier-grade NAT',
  linkLocal: 'link-local',
  multicast: 'multicast',
  broadcast: 'multicast',
  unspecified: 'unspecified',
};

/** The only IPv6 addresses that are given to anybody on the internet; among the others are forms of IPv4 addresses. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** RFC 6052: how a network without IPv4 reaches it. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Where clouds tell a machine its credentials: AWS, Azure, Google and others; AWS's containers; Alibaba; Oracle; Azure's agent. */
const CLOUD_METADATA: ReadonlySet<string> = new Set(
  [
    '169.254.169.254',
    'fd00:ec2::254',
    'fd20:ce::254',
    '169.254.170.2',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ].map(plainAddress),
);

/** @param address as a resolver gives it, or the host of a parsed URL without brackets */
export function kindOfAddress(address: string): AddressKind {
  const plain = unwrap(address);
  if (CLOUD_METADATA.has(plain.toString())) return 'cloud metadata';
  const kind = KIND_OF_RANGE[plain.range()] ?? 'reserved';
  const isOutside = plain instanceof ipaddr.IPv6 && !plain.match(GLOBAL_IPV6);
  return kind === 'public' && isOutside ? 'reserved' : kind;
}

/** The one way to write an address, to compare it: an IPv4 address within an IPv6 one is written as IPv4. */
export function plainAddress(address: string): string {
  return unwrap(address).toString();
}

/** The IPv4 address that an IPv6 one stands for, where dialling the one reaches the other. */
function unwrap(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6) || !parsed.match(NAT64)) return parsed;
  return new ipaddr.IPv4(parsed.toByteArray().slice(-4));
}
