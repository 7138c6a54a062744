import type { FastifyInstance } from 'fastify';

/** For so long the rest of a refused upload is read. */
const LINGER_MS = 5_000;

/**
 * Reads on, for a while, what is left of an upload that was refused half-way. A connection that is closed while
 * its client still sends is reset, and most clients then never see the answer that says what was wrong.
 */
export function addUnreadUploads(app: FastifyInstance): void {
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete || raw.destroyed) return;
    raw.unpipe();
    raw.resume();
    const giveUp = setTimeout(() => raw.socket.destroy(), LINGER_MS).unref();
    raw.once('close', () => clearTimeout(giveUp));
  });
}
