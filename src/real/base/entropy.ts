import { randomBytes } from 'node:crypto';

/** A 32-bit seed for one life of a machine, from the operating system. The only source of chance in the real host. */
export function drawSeed(): number {
  return randomBytes(4).readUInt32LE(0);
}

/** `span` of milliseconds, shortened or lengthened by up to a quarter, so that those who wait do not come back together. */
export function jittered(span: number): number {
  return Math.round(span * (0.75 + randomBytes(2).readUInt16LE(0) / 131_072));
}
