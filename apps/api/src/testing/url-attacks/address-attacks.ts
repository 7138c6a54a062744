import { refused, type UrlAttack } from './url-attack.js';

/** Addresses that are nobody's business, in all notations that URLs have for them. */
export const ADDRESS_ATTACKS: readonly UrlAttack[] = [
  ...loopback(),
  refused('the unspecified address', 'http://0.0.0.0/', /unspecified/),
  refused('the unspecified address as a number', 'http://0/', /unspecified/),
  refused('a neighbour of the unspecified address', 'http://0.1.2.3/', /unspecified/),
  refused('10/8', 'http://10.0.0.1/', /private/),
  refused('the beginning of 172.16/12', 'http://172.16.0.1/', /private/),
  refused('the end of 172.16/12', 'http://172.31.255.255/', /private/),
  refused('192.168/16', 'http://192.168.1.1/', /private/),
  refused('carrier-grade NAT', 'http://100.64.0.1/', /carrier-grade NAT/),
  refused('link-local', 'http://169.254.1.1/', /link-local/),
  refused('a benchmarking network', 'http://198.18.0.1/', /reserved/),
  refused('the first network of documentation', 'http://192.0.2.1/', /reserved/),
  refused('the second network of documentation', 'http://198.51.100.7/', /reserved/),
  refused('the third network of documentation', 'http://203.0.113.9/', /reserved/),
  refused('relays of 6to4', 'http://192.88.99.1/', /reserved/),
  refused('multicast', 'http://224.0.0.1/', /multicast/),
  refused('multicast of UPnP', 'http://239.255.255.250:1900/', /multicast/),
  refused('the future', 'http://240.0.0.1/', /reserved/),
  refused('broadcast', 'http://255.255.255.255/', /multicast/),
  ...metadata(),
  ...ipv6(),
  ...ipv4InIpv6(),
];

function loopback(): UrlAttack[] {
  const notations: [string, string][] = [
    ['plain', 'http://127.0.0.1/'],
    ['another of its 16 million addresses', 'http://127.8.9.10/'],
    ['with a port', 'https://127.0.0.1:6379/'],
    ['as a decimal number', 'http://2130706433/'],
    ['as a hexadecimal number', 'http://0x7f000001/'],
    ['as an octal number', 'http://017700000001/'],
    ['in hexadecimal parts', 'http://0x7f.0x0.0x0.0x1/'],
    ['in octal parts', 'http://0177.0.0.01/'],
    ['in mixed parts', 'http://0x7f.0.01/'],
    ['in two parts', 'http://127.1/'],
    ['in three parts', 'http://127.0.1/'],
    ['with a dot at the end', 'http://127.0.0.1./'],
    ['in circled digits', 'http://①②⑦.⓪.⓪.①/'],
    ['in fullwidth digits', 'http://１２７.０.０.１/'],
    ['with ideographic full stops', 'http://127。0。0。1/'],
    ['percent-encoded', 'http://%31%32%37%2e%30%2e%30%2e%31/'],
    ['without slashes', 'http:127.0.0.1/'],
    ['with too many slashes', 'http://///127.0.0.1/'],
    ['in capitals', 'HTTP://0X7F.1/'],
    ['with a soft hyphen', 'http://127.0.0\u00ad.1/'],
  ];
  return notations.map(([how, url]) =>
    refused(`loopback ${how}`, url, /127\.\d+\.\d+\.\d+ is a loopback address/),
  );
}

function metadata(): UrlAttack[] {
  const says = /cloud metadata/;
  return [
    refused(
      'metadata of most clouds',
      'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
      says,
    ),
    refused('metadata as a number', 'http://2852039166/', says),
    refused('metadata in octal parts', 'http://0251.0376.0251.0376/', says),
    refused('metadata of containers', 'http://169.254.170.2/v2/credentials', says),
    refused('metadata by IPv6', 'http://[fd00:ec2::254]/latest/', says),
    refused('metadata mapped into IPv6', 'http://[::ffff:a9fe:a9fe]/', says),
    refused('metadata behind carrier-grade NAT', 'http://100.100.100.200/', says),
    refused('metadata in a reserved network', 'http://192.0.0.192/', says),
    refused('an agent of a cloud at a public address', 'http://168.63.129.16/', says),
  ];
}

function ipv6(): UrlAttack[] {
  return [
    refused('IPv6 loopback', 'http://[::1]/', /::1 is a loopback/),
    refused(
      'IPv6 loopback in full',
      'http://[0000:0000:0000:0000:0000:0000:0000:0001]/',
      /::1 is a loopback/,
    ),
    refused('IPv6 unspecified', 'http://[::]/', /unspecified/),
    refused('IPv6 link-local', 'http://[fe80::1]/', /link-local/),
    refused('IPv6 site-local', 'http://[fec0::1]/', /reserved/),
    refused('IPv6 unique local', 'http://[fc00::1]/', /private/),
    refused('IPv6 multicast', 'http://[ff02::1]/', /multicast/),
    refused('IPv6 documentation', 'http://[2001:db8::1]/', /reserved/),
    refused('IPv6 documentation since 2024', 'http://[3fff::1]/', /reserved/),
    refused('IPv6 discard', 'http://[100::1]/', /reserved/),
    refused('IPv6 that is given to nobody', 'http://[4000::1]/', /reserved/),
  ];
}

function ipv4InIpv6(): UrlAttack[] {
  return [
    refused('mapped', 'http://[::ffff:127.0.0.1]/', /loopback/),
    refused('mapped in hexadecimal', 'http://[::ffff:7f00:1]/', /loopback/),
    refused('mapped private', 'http://[0:0:0:0:0:ffff:10.0.0.1]/', /private/),
    refused('compatible', 'http://[::127.0.0.1]/', /reserved/),
    refused('translated', 'http://[::ffff:0:127.0.0.1]/', /reserved/),
    refused('NAT64 of loopback', 'http://[64:ff9b::127.0.0.1]/', /loopback/),
    refused('NAT64 of a private address', 'http://[64:ff9b::a00:1]/', /private/),
    refused('NAT64 of local use', 'http://[64:ff9b:1::a00:1]/', /reserved/),
    refused('6to4 of loopback', 'http://[2002:7f00:1::]/', /reserved/),
    refused('6to4 of metadata', 'http://[2002:a9fe:a9fe::]/', /reserved/),
    refused('Teredo', 'http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/', /reserved/),
  ];
}
