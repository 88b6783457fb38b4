/**
 * A running digest over the events of one run: two 32-bit lanes, a few integer operations for each number
 * mixed in. Equal runs have equal digests; it is no defence against somebody who wants a collision.
 */
export class RunningDigest {
  #low = 0x2545f491;
  #high = 0x5bd1e995;

  /** The lanes as they are now, 32-bit signed: cheap to note after each event, to find the first that differs. */
  get low(): number {
    return this.#low;
  }

  get high(): number {
    return this.#high;
  }

  /** Mixes in one integer; of larger ones the low 32 bits. */
  mix(value: number): void {
    const low = Math.imul(this.#low ^ value, 0x2c1b3c6d);
    this.#low = low ^ (low >>> 15);
    const high = Math.imul((this.#high + value) | 0, 0x297a2d39);
    this.#high = ((high << 13) | (high >>> 19)) ^ low;
  }

  /** Mixes in a whole number of up to 53 bits, such as a moment. */
  mixMoment(us: number): void {
    this.mix(us | 0);
    if (us > 0x7fff_ffff) this.mix((us / 0x1_0000_0000) | 0);
  }

  /** Mixes in a whole number of up to 53 bits, of either sign. */
  mixWhole(value: number): void {
    this.mix(value | 0);
    const high = Math.floor(value / 0x1_0000_0000) | 0;
    if (high !== 0 && high !== -1) this.mix(high);
  }

  /** Mixes in the length and a sample of the bytes: the first, the last and some between, at most 16. */
  mixBytes(bytes: Uint8Array): void {
    const length = bytes.length;
    this.mix(length);
    const stride = length <= 16 ? 1 : (length / 15) | 0;
    let word = 0x811c9dc5;
    for (let at = 0; at < length; at += stride) word = Math.imul(word ^ (bytes[at] as number), 0x01000193);
    if (length > 0) word ^= (bytes[length - 1] as number) << 24;
    this.mix(word);
  }

  mixText(text: string): void {
    this.mix(text.length);
    let word = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
    this.mix(word);
  }

  /** 16 hex digits. */
  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
