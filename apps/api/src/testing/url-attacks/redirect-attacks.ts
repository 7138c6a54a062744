import { type Answering, redirect } from '../picture-server.js';
import { notFetched, refused, type UrlAttack } from './url-attack.js';

/** Where an allowed server leads to, by its path. */
export const REDIRECTS: Readonly<Record<string, Answering>> = {
  '/to-loopback': redirect('http://127.0.0.1:1/'),
  '/to-localhost': redirect('http://localhost/'),
  '/to-number': redirect('http://2130706433/', 301),
  '/to-private': redirect('http://10.0.0.1/', 307),
  '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/', 308),
  '/to-mapped': redirect('http://[::ffff:169.254.169.254]/', 303),
  '/to-other-host': redirect('//192.168.1.1/cat.jpg'),
  '/to-mixed-name': redirect('http://mixed.test/'),
  '/to-metadata-in-two': redirect('/to-metadata'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-data': redirect('data:image/png;base64,iVBORw0KGgo='),
  '/to-gopher': redirect('gopher://127.0.0.1:6379/_INFO'),
  '/to-javascript': redirect('javascript:alert(1)'),
  '/to-credentials': redirect('http://user:s3cret@example.org/'),
  '/to-backslash': redirect('http:\\\\169.254.169.254\\'),
  '/to-no-url': redirect('http://[127.0.0.1]/'),
  '/to-itself': redirect('/to-itself'),
  '/to-and-fro': redirect('/fro-and-to'),
  '/fro-and-to': redirect('/to-and-fro'),
  '/nowhere': (response) => response.writeHead(302).end(),
  '/to-two-places': (response) => {
    response.setHeader('location', ['/cat.png', 'http://10.0.0.1/']);
    response.writeHead(302).end();
  },
  '/to-plain': redirect('http://93.184.216.34/cat.png'),
  '/closing': (response) => response.writeHead(302, { location: '/cat.png', connection: 'close' }).end(),
  '/1': redirect('/2'),
  '/2': redirect('/3'),
  '/3': redirect('/4'),
  '/4': redirect('/5'),
  '/5': redirect('/6'),
  '/6': redirect('/cat.png'),
};

/** Names that lead to the server of the redirects: one encrypted, and one that leads somewhere else the next time. */
export const REDIRECTING_NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'encrypted.test': [['127.0.0.1']],
  'moves.test': [['127.0.0.1'], ['10.0.0.1']],
};

/** @param port of a server on 127.0.0.1 that is allowed and leads to {@link REDIRECTS} */
export function redirectAttacks(port: number): UrlAttack[] {
  const server = `127.0.0.1:${port}`;
  const to = (name: string, path: string, says: RegExp) => refused(name, `http://${server}${path}`, says);
  return [
    to(
      'to another port of an allowed address',
      '/to-loopback',
      /redirects to http:\/\/127\.0\.0\.1:1\/, and .* loopback/,
    ),
    to(
      'to localhost',
      '/to-localhost',
      /redirects to http:\/\/localhost\/, and localhost leads to a loopback/,
    ),
    to('to a number', '/to-number', /loopback/),
    to('to a private address', '/to-private', /10\.0\.0\.1 is a private/),
    to('to metadata', '/to-metadata', /cloud metadata/),
    to('to mapped metadata', '/to-mapped', /cloud metadata/),
    to('to another host without a scheme', '/to-other-host', /192\.168\.1\.1 is a private/),
    to('to a name with a private address', '/to-mixed-name', /mixed\.test leads to a private/),
    to('to a redirect to metadata', '/to-metadata-in-two', /cloud metadata/),
    to('to a file', '/to-file', /begins with "file:"/),
    to('to a data: URL', '/to-data', /begins with "data:"/),
    to('to gopher', '/to-gopher', /begins with "gopher:"/),
    to('to javascript', '/to-javascript', /begins with "javascript:"/),
    to(
      'to credentials',
      '/to-credentials',
      /redirects to http:\/\/example\.org\/, and it has a user name or password/,
    ),
    to('to backslashes', '/to-backslash', /backslash/),
    to('to what is no URL', '/to-no-url', /cannot be read as a URL/),
    notFetched('to itself', `http://${server}/to-itself`, /6th redirect of at most 5/),
    notFetched('to and fro', `http://${server}/to-and-fro`, /6th redirect of at most 5/),
    notFetched('six times, to a good picture', `http://${server}/1`, /6th redirect of at most 5/),
    notFetched('to nowhere', `http://${server}/nowhere`, /does not say, or not clearly, where to/),
    notFetched('to two places', `http://${server}/to-two-places`, /does not say, or not clearly, where to/),
    refused('from https to http', `https://encrypted.test:${port}/to-plain`, /leads from https to http/),
    refused(
      'to an address that its name did not have before',
      `http://moves.test:${port}/closing`,
      /leads to a private/,
    ),
  ];
}
