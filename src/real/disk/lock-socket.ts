import { open, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../base/errors.js';

/** Bytes of the path of a socket, by the smallest `sun_path` of a supported system. Node cuts longer ones off without a word. */
const PATH_BYTES_MAX = 103;

/** What somebody who knocks at a socket file finds. `unknown`: it is there, and this process may not knock. */
export type Knock = 'alive' | 'dead' | 'missing' | 'unknown';

/**
 * Listens at a socket file in a directory. The kernel ties the file to this process: whoever connects to it, from any namespace of
 * the same kernel, gets through for as long as the process lives, and is refused from the moment it does not.
 *
 * @throws The error of the operating system; `ENAMETOOLONG` where the path is too long and cannot be made shorter.
 */
export async function listenAt(directory: string, name: string): Promise<Server> {
  return throughShortPath(directory, name, async (path) => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
    server.on('error', () => undefined);
    // The lock lasts as long as the process; it does not make the process last.
    server.unref();
    return server;
  });
}

/** Finds out whether somebody listens at a socket file. */
export async function knockAt(directory: string, name: string): Promise<Knock> {
  return throughShortPath(
    directory,
    name,
    (path) =>
      new Promise<Knock>((resolve) => {
        const socket = connect(path);
        socket.once('connect', () => {
          socket.destroy();
          resolve('alive');
        });
        socket.once('error', (error) => resolve(ANSWERS[codeOf(error)] ?? 'unknown'));
      }),
  );
}

/** EAGAIN: so many others knock that the kernel lets no more wait. ECONNRESET: it was let in by an owner who closed at that moment. */
const ANSWERS: Readonly<Record<string, Knock>> = { ECONNREFUSED: 'dead', ENOENT: 'missing', EAGAIN: 'alive', ECONNRESET: 'alive' };

/** A path that is too long for a socket leads through the open directory instead, where the system can do that. */
async function throughShortPath<Value>(directory: string, name: string, act: (path: string) => Promise<Value>): Promise<Value> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return act(path);
  if (platform() !== 'linux') throw Object.assign(new Error(`its path is too long for a lock: ${path}`), { code: 'ENAMETOOLONG' });
  const handle: FileHandle = await open(directory, 'r');
  try {
    return await act(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}
