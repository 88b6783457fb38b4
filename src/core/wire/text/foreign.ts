import type { ByteString } from '../../base/bytestring.js';

/**
 * HTTP AT A PORT OF LINES. A web page may let its visitor's browser send a request to any port of the visitor's own
 * machine, with a body of the page's choice. At a port of lines the head would be a few mistakes, and each line of
 * the body a command. So a line that HTTP has and we have not ends the connection before the body is read.
 */

/** `POST / HTTP/1.1`, whatever the method (RFC 9112 §3). */
const REQUEST_LINE = /^\S+ \S+ HTTP\/\d\.\d$/;
/** The one field that every request has (RFC 9112 §3.2): it betrays a request whose first line was too long to be looked at. */
const HOST_FIELD = /^host:/i;

/**
 * Whether a line belongs to a request of HTTP. To be asked only of lines that are no command: `SET k HTTP/1.1` is one.
 *
 * @param line Without its end.
 */
export function isHttpLine(line: ByteString): boolean {
  return HOST_FIELD.test(line) || REQUEST_LINE.test(line);
}

/** What such a line is answered with, behind `ERROR `; the connection is closed after it. */
export const HTTP_AT_LINES = 'this port takes lines of text, not HTTP; the connection is closed';
