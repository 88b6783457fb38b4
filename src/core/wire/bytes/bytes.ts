import { byteStringOf, type ByteString } from '../../base/bytestring.js';

/** From here on one call for the whole is as fast as many of eight (measured: 64 bytes in 0.18 against 0.25 µs, 1000 in 2.6 against 3.1). */
const LONG_BYTES = 1_024;
const char = String.fromCharCode;

/** The bytes start .. end-1 as a byte string: {@link byteStringOf} for the short strings that keys and values mostly are. */
export function byteStringFrom(bytes: Uint8Array, start: number, end: number): ByteString {
  if (end - start > LONG_BYTES) return byteStringOf(bytes.subarray(start, end));
  let text = '';
  let at = start;
  for (; at + 8 <= end; at += 8) {
    text += char(
      byte(bytes, at),
      byte(bytes, at + 1),
      byte(bytes, at + 2),
      byte(bytes, at + 3),
      byte(bytes, at + 4),
      byte(bytes, at + 5),
      byte(bytes, at + 6),
      byte(bytes, at + 7),
    );
  }
  if (at + 4 <= end) {
    text += char(byte(bytes, at), byte(bytes, at + 1), byte(bytes, at + 2), byte(bytes, at + 3));
    at += 4;
  }
  switch (end - at) {
    case 0:
      return text as ByteString;
    case 1:
      return (text + char(byte(bytes, at))) as ByteString;
    case 2:
      return (text + char(byte(bytes, at), byte(bytes, at + 1))) as ByteString;
    default:
      return (text + char(byte(bytes, at), byte(bytes, at + 1), byte(bytes, at + 2))) as ByteString;
  }
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
