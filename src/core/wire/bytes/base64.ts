import type { ByteString } from '../../base/bytestring.js';

/** Base64 with its padding (RFC 4648 §4), for bytes that must stand on a line that people can read. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = '=';

/** The bytes as base64: four characters for every three bytes begun. */
export function base64Of(bytes: ByteString): ByteString {
  const digit = (sextet: number): string => ALPHABET.charAt(sextet & 63);
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = (bytes.charCodeAt(at) << 16) | (left > 1 ? bytes.charCodeAt(at + 1) << 8 : 0) | (left > 2 ? bytes.charCodeAt(at + 2) : 0);
    text += digit(group >> 18) + digit(group >> 12) + (left > 1 ? digit(group >> 6) : PAD) + (left > 2 ? digit(group) : PAD);
  }
  return text as ByteString;
}

/**
 * The bytes that this text stands for, null when it is not base64. One text for each bytes: padding must be
 * there, and bits that belong to no byte must be 0.
 */
export function bytesOfBase64(text: string): ByteString | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith(PAD) ? 1 : 0;
  let bytes = '';
  for (let at = 0; at < text.length; at += 4) {
    const isLast = at + 4 === text.length;
    const absent = isLast ? padding : 0;
    let group = 0;
    for (let i = 0; i < 4; i++) {
      const sextet = i >= 4 - absent ? 0 : ALPHABET.indexOf(text.charAt(at + i));
      if (sextet === -1) return null;
      group = (group << 6) | sextet;
    }
    const isWasteful = (absent === 1 && (group & 0xff) !== 0) || (absent === 2 && (group & 0xffff) !== 0);
    if (isWasteful) return null;
    bytes += String.fromCharCode((group >> 16) & 255);
    if (absent < 2) bytes += String.fromCharCode((group >> 8) & 255);
    if (absent < 1) bytes += String.fromCharCode(group & 255);
  }
  return bytes as ByteString;
}
