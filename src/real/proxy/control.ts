import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ByteString } from '../../core/base/bytestring.js';
import { HTTP_AT_LINES, isHttpLine } from '../../core/wire/text/foreign.js';
import type { HostAndPort } from '../base/addresses.js';
import type { RunningProxy } from './proxy.js';
import { endSoon, listen, stopListening } from '../base/sockets.js';

/** Bytes of a control line; whoever sends more is no person and no script of one. */
const LINE_BYTES_MAX = 1_024;

/** A port on which a proxy is told what to do: one line, one command; the last line of each answer is OK or ERROR. */
export interface ControlPort {
  close(): Promise<void>;
}

/** @throws {UserError} When the port cannot be used. */
export async function openControlPort(proxy: RunningProxy, at: HostAndPort): Promise<ControlPort> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    let line = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      line += text;
      for (let end = line.indexOf('\n'); end !== -1; end = line.indexOf('\n')) {
        if (isHttpLine(line.slice(0, end).trimEnd() as ByteString)) return refuse(socket);
        socket.write(answerTo(proxy, line.slice(0, end)));
        line = line.slice(end + 1);
      }
      if (line.length > LINE_BYTES_MAX) socket.end(`ERROR line too long: more than ${LINE_BYTES_MAX} bytes\n`);
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, at, 'control');
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await stopListening(server);
    },
  };
}

/** A web page's, say: the lines of its body would be commands. */
function refuse(socket: Socket): void {
  socket.write(`ERROR ${HTTP_AT_LINES}\n`);
  endSoon(socket);
}

/** Does what the lines of a stream say, such as standard input; its end ends nothing. */
export function controlFrom(stream: Readable, proxy: RunningProxy, answer: (text: string) => void): { close(): void } {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => answer(answerTo(proxy, line)));
  return { close: () => lines.close() };
}

const answerTo = (proxy: RunningProxy, line: string): string =>
  proxy
    .control(line)
    .map((text) => `${text}\n`)
    .join('');
