import { describe, expect, it } from 'vitest';
import { AllowedHosts } from './allowed-hosts.js';

const names = (list: string, hostname: string, port = 80) =>
  AllowedHosts.parse(list).namesHost({ hostname, port });

describe('the hosts that an operator allows', () => {
  it('are names, in any case and with a dot at the end or without', () => {
    expect(names('minio, Pictures.Example.org', 'minio')).toBe(true);
    expect(names('minio, Pictures.Example.org', 'pictures.example.org.')).toBe(true);
    expect(names('minio.', 'minio')).toBe(true);
  });

  it('are not what only looks like them', () => {
    for (const other of ['mini', 'minio.evil.test', 'my.minio', 'example.org', 'xminio']) {
      expect(names('minio,pictures.example.org', other), other).toBe(false);
    }
  });

  it('have all ports, or the one that is given', () => {
    expect([80, 9000].map((port) => names('minio', 'minio', port))).toEqual([true, true]);
    expect([80, 9000].map((port) => names('minio:9000', 'minio', port))).toEqual([false, true]);
    expect([80, 8080].map((port) => names('minio:80', 'minio', port))).toEqual([true, false]);
  });

  it('are addresses, however they are written', () => {
    for (const list of ['10.0.0.5', '0x0a000005', '[::ffff:10.0.0.5]', '10.5']) {
      const hosts = AllowedHosts.parse(list);
      expect(hosts.listsAddress('10.0.0.5', 80), list).toBe(true);
      expect(hosts.listsAddress('::ffff:a00:5', 80), list).toBe(true);
      expect(hosts.listsAddress('10.0.0.6', 80), list).toBe(false);
    }
    const hosts = AllowedHosts.parse('[FD00:0::5]:8080');
    expect(hosts.listsAddress('fd00::5', 8080)).toBe(true);
    expect(hosts.listsAddress('fd00::5', 80)).toBe(false);
  });

  it('can be none', () => {
    for (const list of ['', ' ', ',']) expect(names(list, '')).toBe(false);
  });

  it.each([
    'http://minio',
    'minio/bucket',
    '10.0.0.0/8',
    '*.example.org',
    'user@minio',
    'minio:70000',
    'minio:',
    'fd00::5',
    '[fd00::5',
    '[10.0.0.5]',
    '1.2.3.4.5',
    'minio 10.0.0.5',
  ])('are not %s', (list) => {
    expect(AllowedHosts.isList(list)).toBe(false);
    expect(AllowedHosts.isList(`minio, ${list}`)).toBe(false);
  });
});
