import { once } from 'node:events';
import { createServer } from 'node:net';
import { ExpectedFailure } from './expected-failure.js';

const USUAL_PORT = 8080;
const PORTS_TRIED = 100;

/**
 * The port the api shall listen on: the one that was asked for, else 8080 or the next free one after it.
 *
 * @param port as it stands in PORT; what is no port number is left to the api to complain about
 * @throws ExpectedFailure when the port that was asked for is taken, or the host is no address of this machine
 */
export async function choosePort(host: string, port: string | undefined): Promise<string> {
  if (port !== undefined) {
    if (!/^\d+$/.test(port) || Number(port) > 65_535) return port;
    const used = await tryToListen(host, Number(port));
    return String(used ?? failBecauseTaken(host, port));
  }
  for (let candidate = USUAL_PORT; candidate < USUAL_PORT + PORTS_TRIED; candidate++) {
    if ((await tryToListen(host, candidate)) !== null) return String(candidate);
  }
  throw new ExpectedFailure(
    `all ports from ${USUAL_PORT} to ${USUAL_PORT + PORTS_TRIED - 1} of ${host} are in use. Set PORT to a free one.`,
  );
}

/** The address to reach a server at from this machine, whatever addresses it listens on. */
export function localUrl(host: string, port: string): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Whether a server that listens on `host` can be reached from other machines. */
export function isOpenToOthers(host: string): boolean {
  return !(host === 'localhost' || host === '::1' || host.startsWith('127.'));
}

/** The port that could be listened on (another than asked for only when 0 was), or `null` when it is taken. */
async function tryToListen(host: string, port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    return typeof address === 'object' && address !== null ? address.port : null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return null;
    if (code === 'EACCES')
      throw new ExpectedFailure(`port ${port} may not be used by this user. Set PORT to one above 1023.`);
    throw new ExpectedFailure(
      `cannot listen on HOST=${host}: ${message}. Set HOST to an address of this machine.`,
    );
  }
}

function failBecauseTaken(host: string, port: string): never {
  throw new ExpectedFailure(
    `port ${port} of ${host} is in use, and PORT asks for it. ` +
      'Stop what listens there, set PORT to another, or unset it: then the next free port is taken.',
  );
}
