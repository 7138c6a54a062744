import { refused, type UrlAttack } from './url-attack.js';

const CREDENTIALS = /user name or password/;
const UNREADABLE = /cannot be read as a URL/;
const CONTROL = /control character or a backslash/;

/** Texts that are no URLs, other ones than they look like, or of schemes that fetch no pictures. */
export const TEXT_ATTACKS: readonly UrlAttack[] = [
  refused('a file', 'file:///etc/passwd', /http and https are fetched, it begins with "file:"/),
  refused('a file of another host', 'file://example.org/etc/passwd', /"file:"/),
  refused('gopher, which speaks to anything', 'gopher://example.org:6379/_FLUSHALL', /"gopher:"/),
  refused('dict', 'dict://example.org:11211/stats', /"dict:"/),
  refused('ftp', 'ftp://example.org/cat.jpg', /"ftp:"/),
  refused('ldap', 'ldap://example.org/', /"ldap:"/),
  refused('a web socket', 'wss://example.org/', /"wss:"/),
  refused('javascript', 'javascript:alert(1)', /"javascript:"/),
  refused('a blob', 'blob:https://example.org/0f3c', /"blob:"/),
  refused('a path with a host in front', 'example.org:80/cat.jpg', /"example\.org:"/),
  refused('a user name', 'http://admin@example.org/', CREDENTIALS),
  refused('a user name and a password', 'https://admin:s3cret@example.org/cat.jpg', CREDENTIALS),
  refused('a host that is a user name', 'http://example.org@127.0.0.1/', CREDENTIALS),
  refused('a host and port that are credentials', 'http://example.org:80@169.254.169.254/', CREDENTIALS),
  refused('an address that is a user name', 'http://127.0.0.1@example.org/', CREDENTIALS),
  refused('two at signs', 'http://a@b@127.0.0.1/', CREDENTIALS),
  refused('a backslash for a slash', 'http://example.org\\@127.0.0.1/', CONTROL),
  refused('backslashes all over', 'http:\\\\127.0.0.1\\', CONTROL),
  refused('a line that adds a header', 'http://example.org/\r\nHost: 127.0.0.1', CONTROL),
  refused('a line that adds a command', 'http://example.org/\nFLUSHALL', CONTROL),
  refused('a tab within the scheme', 'ht\ttp://127.0.0.1/', CONTROL),
  refused('a NUL in the host', 'http://127.0.0.1\0.example.org/', CONTROL),
  refused('a NUL in the host, percent-encoded', 'http://127.0.0.1%00.example.org/', UNREADABLE),
  refused('a slash in the host, percent-encoded', 'http://127.0.0.1%2f.example.org/', UNREADABLE),
  refused('an at sign in the host, percent-encoded', 'http://example.org%40127.0.0.1/', UNREADABLE),
  refused('a space in the host', 'http://exam ple.org/', UNREADABLE),
  refused('a zone', 'http://[fe80::1%25eth0]/', UNREADABLE),
  refused('a bracket too few', 'http://[::1/', UNREADABLE),
  refused('a number that is no address', 'http://127.0.0.256/', UNREADABLE),
  refused('five parts of an address', 'http://127.0.0.0.1/', UNREADABLE),
  refused('a number with one bit too many', 'http://0x17f000001/', UNREADABLE),
  refused('a port that there is not', 'http://example.org:65536/', UNREADABLE),
  refused('no host', 'http://', UNREADABLE),
  refused(
    'a very long one',
    `http://example.org/${'a'.repeat(100_000)}`,
    /it has 100019 characters and may have 8000/,
  ),
  refused('a very long host', `http://${'a.'.repeat(5_000)}org/`, /characters and may have 8000/),
];
