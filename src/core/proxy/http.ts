/**
 * Where messages of HTTP/1.1 end (RFC 9112 §6): behind the head, plus as many bytes as `Content-Length` says. A body
 * in chunks is not measured.
 */
const LINE_FEED = 0x0a;
const HEAD_BYTES_MAX = 65_536;

/** Whether a first line, without its line feed, is one of HTTP: `POST /get HTTP/1.1` or `HTTP/1.1 200 OK`. */
export function isHttpStart(line: Uint8Array): boolean {
  return /^(?:[A-Z]+ \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}(?: .*)?)\r?$/.test(textOf(line.subarray(0, 4_096)));
}

/** Bytes of the message that begins at `at`: 0 when more must come first, -1 when its end cannot be known. */
export function httpSizeAt(bytes: Uint8Array, at: number, sizeMax: number): number {
  const headBytes = headSizeAt(bytes, at);
  if (headBytes === 0) return bytes.length - at > HEAD_BYTES_MAX ? -1 : 0;
  const head = textOf(bytes.subarray(at, at + headBytes));
  if (/^transfer-encoding:/im.test(head)) return -1;
  const length = /^content-length:[ \t]*(\d{1,15})[ \t]*\r?$/im.exec(head);
  const size = headBytes + Number(length?.[1] ?? 0);
  return size > sizeMax ? -1 : size;
}

/** Bytes up to and with the empty line; 0 while it has not come. */
function headSizeAt(bytes: Uint8Array, at: number): number {
  for (let end = bytes.indexOf(LINE_FEED, at); end !== -1; end = bytes.indexOf(LINE_FEED, end + 1)) {
    const next = bytes[end + 1] === 0x0d ? end + 2 : end + 1;
    if (bytes[next] === LINE_FEED) return next + 1 - at;
  }
  return 0;
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
