import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorReply, tooLarge } from '../../core/wire/http/http.js';

/** Milliseconds in which a request must have come whole. */
export const REQUEST_MS_MAX = 30_000;
/** Milliseconds that somebody who sends too much has to read why. */
const LAST_WORDS_MS_MAX = 2_000;

/**
 * The body is too large. The reply leaves at once, and what still comes is thrown away for a moment before the connection
 * goes: a reset would overtake the reply.
 */
export function refuseRest(request: IncomingMessage, response: ServerResponse): void {
  const { status, body } = tooLarge();
  const bytes = Buffer.from(`${body}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, connection: 'close' });
  response.write(bytes);
  const timer = setTimeout(() => request.socket.destroy(), LAST_WORDS_MS_MAX);
  request.once('close', () => {
    clearTimeout(timer);
    response.end();
  });
}

/** What was no request, by the code that Node's parser gives it. */
const BYTES_REFUSED: Readonly<Record<string, readonly [status: string, error: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the head of the request is too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the extensions of a chunk are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', `the request did not come whole in ${REQUEST_MS_MAX} ms`],
  OVERLOAD: ['503 Service Unavailable', 'unavailable'],
  CONNECT: ['405 Method Not Allowed', 'this server is no proxy'],
};

/** Answers bytes that are no request of HTTP/1.1, and closes their connection. */
export function refuseBytes(socket: Duplex, code: string): void {
  if (!socket.writable || code === 'ECONNRESET') socket.destroy();
  else socket.end(refusalOf(code), () => socket.destroy());
}

/** A whole reply that refuses by this code, and says why in other words where there are. */
export function refusalOf(code: string, reason?: string): string {
  const [status, error] = BYTES_REFUSED[code] ?? ['400 Bad Request', 'this is no request of HTTP/1.1'];
  const body = `${errorReply(400, reason ?? error).body}\n`;
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
