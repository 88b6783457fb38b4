/**
 * Bytes as an immutable value: a string in which each character code is one byte, 0 .. 255.
 *
 * Why not Uint8Array: keys and values live in a state that is a value, so they must not be writable;
 * and the `<` of two such strings is the order of their bytes, which is the order of our keys (never
 * UTF-16, never a locale). The engine keeps them in one byte for each character.
 */
declare const brand: unique symbol;
export type ByteString = string & { readonly [brand]: 'ByteString' };

export const EMPTY: ByteString = '' as ByteString;

const CHUNK_BYTES = 4_096;

/** A copy of these bytes. */
export function byteStringOf(bytes: Uint8Array): ByteString {
  if (bytes.length <= CHUNK_BYTES) return String.fromCharCode.apply(null, bytes as unknown as number[]) as ByteString;
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK_BYTES) as unknown as number[]);
  }
  return text as ByteString;
}

/** Writes the bytes of `text` into `target` from `offset` on; the caller has made room for `text.length` bytes. */
export function writeByteString(target: Uint8Array, offset: number, text: ByteString): void {
  for (let i = 0; i < text.length; i++) target[offset + i] = text.charCodeAt(i);
}

/** A fresh array with the bytes of `text`. */
export function bytesOf(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeByteString(bytes, 0, text);
  return bytes;
}

/** The UTF-8 bytes of ordinary text. Lone surrogates become U+FFFD, as in the Encoding standard. */
export function byteStringFromText(text: string): ByteString {
  let bytes = '';
  for (const character of text) {
    const raw = character.codePointAt(0) ?? 0;
    const code = raw >= 0xd800 && raw <= 0xdfff ? 0xfffd : raw;
    if (code < 0x80) bytes += String.fromCharCode(code);
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes += String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return bytes as ByteString;
}
