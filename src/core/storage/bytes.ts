/** Little-endian numbers in a file, and file names with numbers in them. */
const TWO_32 = 4_294_967_296;
const NAME_DIGITS = 16;

/** Writes `value`, 0 .. 2^53-1, as 8 bytes. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** Reads 8 bytes. 2^53 and more, which no writer writes, come back as NaN. */
export function getU64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

/** A view of the same bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** "wal-0000000000000007.log" and its like. 16 digits hold every safe integer. */
export function numberedName(before: string, number: number, after: string): string {
  return before + String(number).padStart(NAME_DIGITS, '0') + after;
}

/** The number in a name that {@link numberedName} made, or null if it did not make this one. */
export function numberIn(name: string, before: string, after: string): number | null {
  if (name.length !== before.length + NAME_DIGITS + after.length) return null;
  if (!name.startsWith(before) || !name.endsWith(after)) return null;
  const digits = name.slice(before.length, before.length + NAME_DIGITS);
  const number = /^[0-9]+$/.test(digits) ? Number(digits) : 0;
  return number >= 1 && number <= Number.MAX_SAFE_INTEGER ? number : null;
}
