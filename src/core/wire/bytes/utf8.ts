/** The least code point of each length in bytes: fewer would have done for anything below (RFC 3629 §3). */
const LEAST = [0, 0, 0x80, 0x800, 0x10000] as const;

/** The text of these bytes, or null when they are not UTF-8 (RFC 3629: no overlong forms, no surrogates). */
export function textFromUtf8(bytes: Uint8Array, start: number, end: number): string | null {
  let text = '';
  for (let at = start; at < end; ) {
    const first = bytes[at] as number;
    const length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
    if (length === 0 || at + length > end) return null;

    let code = length === 1 ? first : first & (0x7f >> length);
    for (let i = 1; i < length; i++) {
      const byte = bytes[at + i] as number;
      if ((byte & 0xc0) !== 0x80) return null;
      code = (code << 6) | (byte & 0x3f);
    }
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < (LEAST[length] as number) || code > 0x10ffff || isSurrogate) return null;

    text += String.fromCodePoint(code);
    at += length;
  }
  return text;
}
