import { refused, type UrlAttack } from './url-attack.js';

/** What names lead to, time after time; the last answer stays. */
export const ATTACKED_NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  localhost: [['127.0.0.1']],
  'localhost.': [['127.0.0.1']],
  localhost6: [['::1']],
  redis: [['172.18.0.2']],
  'metadata.google.internal': [['169.254.169.254']],
  '127.0.0.1.nip.test': [['127.0.0.1']],
  'nowhere.test': [['0.0.0.0']],
  'mixed.test': [['93.184.216.34', '10.0.0.1']],
  'both-families.test': [['93.184.216.34', 'fd00::1']],
  'mapped.test': [['::ffff:192.168.0.1']],
  'nat64.test': [['64:ff9b::c0a8:1']],
  'zone.test': [['fe80::1%eth0']],
  'empty.test': [[]],
  'rebinds.test': [['93.184.216.34'], ['127.0.0.1']],
  'rebinds-back.test': [['127.0.0.1'], ['93.184.216.34']],
  // The operator allows it, but what it leads to is not what was meant.
  'allowed-metadata.test': [['169.254.169.254']],
  'allowed-multicast.test': [['224.0.0.1']],
};

const leadsTo = (name: string, url: string, what: string) =>
  refused(name, url, new RegExp(`${new URL(url).hostname} leads to an? ${what}`));

/** Names that lead where an address would not be let. */
export const NAME_ATTACKS: readonly UrlAttack[] = [
  leadsTo('localhost', 'http://localhost/', 'loopback'),
  leadsTo('localhost in capitals', 'http://LOCALHOST:8080/', 'loopback'),
  leadsTo('localhost with a dot at the end', 'http://localhost./', 'loopback'),
  leadsTo('localhost by IPv6', 'https://localhost6/', 'loopback'),
  leadsTo('localhost in letters of mathematics', 'http://𝓁𝑜𝒸𝒶𝓁𝒽𝑜𝓈𝓉/', 'loopback'),
  leadsTo('the Redis beside', 'http://redis:6379/', 'private'),
  leadsTo(
    'a metadata name',
    'http://metadata.google.internal/computeMetadata/v1/',
    'address of cloud metadata',
  ),
  leadsTo('a public name of loopback', 'http://127.0.0.1.nip.test/', 'loopback'),
  leadsTo('a name of the unspecified address', 'http://nowhere.test/', 'unspecified'),
  leadsTo('a name with a public and a private address', 'http://mixed.test/', 'private'),
  leadsTo('a name that is public by IPv4 only', 'http://both-families.test/', 'private'),
  leadsTo('a name of a mapped address', 'http://mapped.test/', 'private'),
  leadsTo('a name of a NAT64 address', 'http://nat64.test/', 'private'),
  leadsTo('a name of an address with a zone', 'http://zone.test/', 'link-local'),
  leadsTo('a name that is public at the second look', 'http://rebinds-back.test/', 'loopback'),
  leadsTo('an allowed name of metadata', 'http://allowed-metadata.test/', 'address of cloud metadata'),
  leadsTo('an allowed name of multicast', 'http://allowed-multicast.test/', 'multicast'),
];
