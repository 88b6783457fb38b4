import type { Server, Socket } from 'node:net';
import type { HostAndPort } from './addresses.js';
import { codeOf, lineOf, UserError } from './errors.js';

/** How long a silent connection may look alive although the other machine is gone, before the kernel asks, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** Small messages leave at once, and a vanished machine is noticed. */
export function tuneSocket(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

const PORT_TAKEN = 'it is already in use';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: PORT_TAKEN,
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host is not known',
};

/**
 * Begins to listen.
 *
 * @param purpose Who the port is for, as the error line says it: "peer" or "client".
 * @throws {UserError} When the port is busy, or is not for us.
 */
export function listen(server: Server, { host, port }: HostAndPort, purpose: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new UserError(`${purpose} port ${host}:${port} cannot be used: ${REASONS[codeOf(error)] ?? lineOf(error)}`));
    });
    server.listen({ host, port }, () => {
      // From now on an error is about one connection that could not be accepted, which its caller will notice.
      server.removeAllListeners('error').on('error', () => undefined);
      resolve();
    });
  });
}

/** Whether what {@link listen} threw says that another process has the port; also as the last words of a server process that could not start. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof UserError && error.message.endsWith(`cannot be used: ${PORT_TAKEN}`);
}

/** Stops listening; resolves when every connection is gone, which the caller must see to. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
  });
}

/** How long somebody whose connection is being closed may take to read our last words, in milliseconds. */
const LAST_WORDS_MS_MAX = 2_000;

/** Ends a connection once what was written has left; at the latest after a moment. Nothing more is read from it. */
export function endSoon(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.resume();
  socket.setTimeout(LAST_WORDS_MS_MAX, () => socket.destroy());
  socket.destroySoon();
}
