import { describe, expect, it } from 'vitest';
import { isAddress, readModelAddress } from './model-address.js';

const S3 = { region: 'eu-central-1', endpoint: null, keys: null };
const HASH = 'ab'.repeat(32);

describe('readModelAddress', () => {
  it('takes the hash off an address, and shows neither passwords nor queries', () => {
    const address = readModelAddress(
      `https://me:secret@example.org/a/my%20net.onnx?token=x#sha256=${HASH.toUpperCase()}`,
      S3,
    );
    expect(address).toMatchObject({
      fileName: 'my net.onnx',
      sha256: HASH,
      shown: 'https://example.org/a/my%20net.onnx',
      isS3: false,
    });
    expect(address.url.href).toBe('https://me:secret@example.org/a/my%20net.onnx?token=x');
  });

  it.each([
    ['s3://models/a/net.onnx', null, 'https://models.s3.eu-central-1.amazonaws.com/a/net.onnx'],
    ['s3://my.models/net.onnx', null, 'https://s3.eu-central-1.amazonaws.com/my.models/net.onnx'],
    [
      's3://models/a b+c(1)#2.onnx',
      null,
      'https://models.s3.eu-central-1.amazonaws.com/a%20b%2Bc%281%29%232.onnx',
    ],
    ['s3://models/net.onnx', 'https://minio:9000/', 'https://minio:9000/models/net.onnx'],
    ['s3://models/net.onnx', 'https://example.org/s3', 'https://example.org/s3/models/net.onnx'],
  ])('requests %s with the endpoint %s at %s', (word, endpoint, expected) => {
    const settings = { ...S3, endpoint: endpoint === null ? null : new URL(endpoint) };
    expect(readModelAddress(word, settings)).toMatchObject({ isS3: true, shown: word });
    expect(readModelAddress(word, settings).url.href).toBe(expected);
  });

  it.each([
    ['http://example.org/net.onnx', /anybody on the way can change the file.*#sha256=/],
    ['http://localhost.example.org/net.onnx', /anybody on the way/],
    ['ftp://example.org/net.onnx', /expected an address with https:\/\/ or s3:\/\/, or a path/],
    ['file:///srv/net.onnx', /expected an address with https/],
    ['https://example.org/', /ends in the name of a file/],
    ['https://example.org/models/', /ends in the name of a file/],
    ['https://example.org/..%2fnet.onnx', /ends in the name of a file/],
    ['https://example.org/.hidden', /ends in the name of a file/],
    ['https://example.org/net%00.onnx', /ends in the name of a file/],
    ['https://example.org/net.onnx#sha256=abc', /expected the 64 hex digits of a SHA-256, got "abc"/],
    ['https://example.org/net.onnx#v2', /nothing but #sha256=… after the #/],
    ['https://', /no address that can be read/],
    ['s3://models', /expected s3:\/\/bucket\/key/],
    ['s3:///net.onnx', /expected s3:\/\/bucket\/key/],
    ['s3://models/../net.onnx', /without \. and \.\./],
  ])('refuses %s', (word, message) => {
    expect(isAddress(word)).toBe(true);
    expect(() => readModelAddress(word, S3)).toThrow(message);
  });

  it('takes http:// on this machine, and from elsewhere where the hash tells what came', () => {
    for (const host of ['localhost:9000', '127.0.0.1', '[::1]:80']) {
      expect(readModelAddress(`http://${host}/net.onnx`, S3).sha256).toBeNull();
    }
    expect(readModelAddress(`http://example.org/net.onnx#sha256=${HASH}`, S3).sha256).toBe(HASH);
    const minio = { ...S3, endpoint: new URL('http://minio:9000') };
    expect(() => readModelAddress('s3://models/net.onnx', minio)).toThrow(
      /from http:\/\/minio:9000.*#sha256=/,
    );
  });

  it.each(['net.onnx', 'C:\\net.onnx', '/srv/models', './a:/b'])('leaves %s a path', (word) => {
    expect(isAddress(word)).toBe(false);
  });
});
