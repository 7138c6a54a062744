import { describe, expect, it } from 'vitest';
import { AddressGuard } from './address-guard.js';
import { AllowedHosts } from './allowed-hosts.js';

const guardOf = (list: string) => new AddressGuard(AllowedHosts.parse(list));

/** Whether the host is let through with that address. */
function lets(list: string, hostname: string, address: string, port = 80): boolean {
  try {
    guardOf(list).check(address, { hostname, port });
    return true;
  } catch {
    return false;
  }
}

describe('the guard of addresses', () => {
  it.each([
    '93.184.216.34',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700::6810:84e5',
    '2a00:1450:4001:80b::200e',
    '::ffff:93.184.216.34',
    '64:ff9b::5db8:d822',
  ])('lets %s through, which is public', (address) => {
    expect(lets('', 'example.org', address)).toBe(true);
  });

  it('lets an allowed name lead to private addresses and to the machine itself', () => {
    for (const address of ['10.0.0.1', '127.0.0.1', '100.64.0.1', 'fd00::1', '::1', '::ffff:10.0.0.1']) {
      expect(lets('minio:9000', 'minio', address, 9000), address).toBe(true);
      expect(lets('minio:9000', 'minio', address, 6379), address).toBe(false);
      expect(lets('minio:9000', 'redis', address, 9000), address).toBe(false);
    }
  });

  it('lets an allowed name lead to nothing else', () => {
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      '169.254.1.1',
      '0.0.0.0',
      '224.0.0.1',
      '192.0.2.1',
    ]) {
      expect(lets('minio', 'minio', address), address).toBe(false);
    }
  });

  it('lets any name lead to an address that is itself allowed', () => {
    expect(lets('10.0.0.1:9000', 'minio', '10.0.0.1', 9000)).toBe(true);
    expect(lets('10.0.0.1:9000', '10.0.0.1', '10.0.0.1', 9000)).toBe(true);
    expect(lets('10.0.0.1:9000', '10.0.0.1', '10.0.0.1', 9001)).toBe(false);
    expect(lets('169.254.169.254', 'metadata', '169.254.169.254')).toBe(true);
  });

  it('does not tell what address a name leads to', () => {
    const check = () => guardOf('').check('172.18.0.2', { hostname: 'redis', port: 6379 });
    expect(check).toThrow(/^redis leads to a private address$/);
  });
});
