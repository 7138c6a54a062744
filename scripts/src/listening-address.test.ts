import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '@darkroom/private-redis';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePort, isOpenToOthers, localUrl } from './listening-address.js';

const servers: Server[] = [];

async function take(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
}

describe('the address to listen on', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('is the port that was asked for', async () => {
    const port = String(await freePort());
    expect(await choosePort('127.0.0.1', port)).toBe(port);
  });

  it('is an error when that port is taken', async () => {
    const port = await freePort();
    await take(port);
    await expect(choosePort('127.0.0.1', String(port))).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use`,
    );
  });

  it('is the first free port from 8080 on when none was asked for', async () => {
    const first = Number(await choosePort('127.0.0.1', undefined));
    expect(first).toBeGreaterThanOrEqual(8080);
    await take(first);
    expect(Number(await choosePort('127.0.0.1', undefined))).toBeGreaterThan(first);
  });

  it('is any free port for 0', async () => {
    expect(Number(await choosePort('127.0.0.1', '0'))).toBeGreaterThan(0);
  });

  it.each(['abc', '70000', '-1', '80.5'])('leaves %s to the api to complain about', async (port) => {
    expect(await choosePort('127.0.0.1', port)).toBe(port);
  });

  it('says when the host is none of this machine', async () => {
    await expect(choosePort('192.0.2.1', '0')).rejects.toThrow('Set HOST to an address of this machine');
  });

  it('is reached at loopback when it is every address', () => {
    expect(localUrl('0.0.0.0', '80')).toBe('http://127.0.0.1:80');
    expect(localUrl('::', '80')).toBe('http://[::1]:80');
    expect(localUrl('192.168.1.5', '80')).toBe('http://192.168.1.5:80');
    expect([isOpenToOthers('0.0.0.0'), isOpenToOthers('127.0.0.2'), isOpenToOthers('localhost')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
