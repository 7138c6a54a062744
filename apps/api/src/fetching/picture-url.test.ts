import { describe, expect, it } from 'vitest';
import { fileNameOfUrl, isUrlText, readPictureUrl, shownUrl } from './picture-url.js';

describe('the URL of a picture', () => {
  it.each([
    ['https://example.org/cat.jpg', 'https://example.org/cat.jpg'],
    ['HTTP://Example.ORG:80', 'http://example.org/'],
    [
      'http://example.org:8443/my cat.jpg?size=large#top',
      'http://example.org:8443/my%20cat.jpg?size=large#top',
    ],
    ['https://bücher.example/ä.jpg', 'https://xn--bcher-kva.example/%C3%A4.jpg'],
    ['https://medium.example/@user/cat.jpg', 'https://medium.example/@user/cat.jpg'],
  ])('is read as browsers read it: %s', (text, href) => {
    expect(readPictureUrl(text).href).toBe(href);
  });

  it('can be relative where one redirects to it', () => {
    const from = new URL('https://example.org/a/b?c');
    expect(readPictureUrl('../d.jpg', from).href).toBe('https://example.org/d.jpg');
    expect(readPictureUrl('//example.com/d.jpg', from).href).toBe('https://example.com/d.jpg');
    expect(readPictureUrl('https://example.com/', new URL('http://example.org/')).protocol).toBe('https:');
  });

  it('is told apart from other texts by its scheme', () => {
    for (const url of ['https://x', 'http:x', 'file:///x', ' ftp://x', 'localhost:80']) {
      expect(isUrlText(url), url).toBe(true);
    }
    for (const other of [
      '',
      'photo.jpg',
      'C:\\photo.jpg',
      'iVBORw0KGgo=',
      '/etc/passwd',
      '//host/x',
      '://',
    ]) {
      expect(isUrlText(other), other).toBe(false);
    }
  });
});

describe('the name of a file', () => {
  it.each([
    ['https://example.org/a/cat.jpg?x=/y/z.png#q', 'cat.jpg'],
    ['https://example.org/my%20cat.jpg', 'my cat.jpg'],
    ['https://example.org/%E7%8C%AB.jpg', '猫.jpg'],
    ['https://example.org/100%.jpg', '100%.jpg'],
    ['https://example.org/', null],
    ['https://example.org', null],
    ['https://example.org/a/', null],
    ['https://example.org/a/..', null],
    ['https://example.org/..%2f..%2fetc%2fpasswd', 'passwd'],
    ['https://example.org/..%5c..%5cboot.ini', 'boot.ini'],
    ['https://example.org/x%2f..', null],
    ['https://example.org/cat%00.jpg%0d%0aX-Evil:%201', 'cat.jpgX-Evil: 1'],
    ['https://example.org/gpj.%E2%80%AEtac.exe', 'gpj.tac.exe'],
    [`https://example.org/${'a'.repeat(300)}.jpg`, 'a'.repeat(100)],
  ])('comes from the path of %s', (url, name) => {
    expect(fileNameOfUrl(new URL(url))).toBe(name);
  });
});

describe('a URL that is shown', () => {
  it.each([
    ['https://example.org/cat.jpg?token=s3cret#s3cret', 'https://example.org/cat.jpg?…'],
    ['https://user:s3cret@example.org:8443/cat.jpg', 'https://example.org:8443/cat.jpg'],
    ['https://medium.example/@user/cat.jpg', 'https://medium.example/@user/cat.jpg'],
    ['http://user:s3/cret@example.org', 'http://example.org'],
    ['http:\\\\user:s3cret@[bad', 'http:\\\\[bad'],
    ['http://user:s3cret@ex ample.org/?s3cret', 'http://ex ample.org/'],
    ['ftp://user:s3cret@example.org/?s3cret', 'ftp://example.org/?…'],
    ['gopher:s3cret@x', 'gopher:x'],
    ['http://[bad\r\n\u202e', 'http://[bad���'],
  ])('has no secrets: %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it('is cut where it is long', () => {
    expect(shownUrl(`https://example.org/${'a'.repeat(5_000)}`)).toHaveLength(201);
    expect(shownUrl('x'.repeat(5_000))).toHaveLength(201);
  });
});
