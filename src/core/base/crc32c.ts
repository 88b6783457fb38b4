/**
 * CRC-32C (Castagnoli; RFC 3720 appendix B.4): polynomial 0x1EDC6F41, reflected, begun with all ones and
 * inverted at the end. Eight tables take eight bytes at a time ("slicing-by-8", Kounavis and Berry, 2005).
 *
 * A running checksum is a plain integer: {@link CRC_BEGIN}, then {@link crcOf} for each run of bytes, then
 * {@link crcEnd}. It may be kept and continued in two ways, which is how records share the checksum of
 * the file's identity that they all begin with.
 */
export const CRC_BEGIN = -1;

const POLYNOMIAL_REFLECTED = 0x82f63b78;
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL_REFLECTED : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 255] as number);
  }
  return tables;
}

/** A running checksum with the bytes start .. end-1 behind it. */
export function crcOf(running: number, bytes: Uint8Array, start: number, end: number): number {
  const t = TABLES;
  let crc = running;
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    crc ^= (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    crc =
      (t[1792 + (crc & 255)] as number) ^
      (t[1536 + ((crc >>> 8) & 255)] as number) ^
      (t[1280 + ((crc >>> 16) & 255)] as number) ^
      (t[1024 + (crc >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 255] as number);
  return crc;
}

/** A running checksum with one 32-bit integer behind it, lowest byte first. */
export function crcOfU32(running: number, value: number): number {
  const crc = running ^ value;
  return (
    (TABLES[768 + (crc & 255)] as number) ^
    (TABLES[512 + ((crc >>> 8) & 255)] as number) ^
    (TABLES[256 + ((crc >>> 16) & 255)] as number) ^
    (TABLES[crc >>> 24] as number)
  );
}

/** The checksum that a running one has come to, 0 .. 2^32-1. */
export function crcEnd(running: number): number {
  return ~running >>> 0;
}

/** The checksum of all of `bytes`, 0 .. 2^32-1. */
export function crc32c(bytes: Uint8Array): number {
  return crcEnd(crcOf(CRC_BEGIN, bytes, 0, bytes.length));
}
