import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/base/result.js';

/** One codec with both its directions, and its slow, obvious twin. */
export interface Face<Value> {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<Value>;
  readonly encode: (value: Value) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Result<Value, string>;
  readonly twin: {
    readonly toProto: (value: Value) => unknown;
    readonly write: (value: Value) => Uint8Array;
    readonly read: (bytes: Uint8Array) => unknown;
  };
}

const RUNS = { seed: 1, numRuns: 2_000 };

/** An unknown field of each wire type that we do not use, and of those we do, number 1000 and above. */
const UNKNOWN_FIELDS = Uint8Array.from([
  0xc0,
  0x3e,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0x01, // 1000: varint 2^64-1
  0xc9,
  0x3e,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8, // 1001: fixed64
  0xd2,
  0x3e,
  3,
  7,
  7,
  7, // 1002: bytes
  0xdd,
  0x3e,
  1,
  2,
  3,
  4, // 1003: fixed32
]);

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The laws of every codec, as tests. */
export function keepsTheLaws<Value>({ name, arbitrary, encode, decode, twin }: Face<Value>): void {
  describe(name, () => {
    test('what is written is read as it was', () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          expect(decode(encode(value))).toEqual({ ok: true, value });
        }),
        RUNS,
      );
    });

    test('the Protobuf library reads what we write', () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          expect(twin.read(encode(value))).toEqual(twin.toProto(value));
        }),
        RUNS,
      );
    });

    test('we read what the Protobuf library writes', () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          expect(decode(twin.write(value))).toEqual({ ok: true, value });
        }),
        RUNS,
      );
    });

    test('a field that a later version adds is stepped over', () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          expect(decode(joined(UNKNOWN_FIELDS, encode(value), UNKNOWN_FIELDS))).toEqual({ ok: true, value });
        }),
        { seed: 1, numRuns: 200 },
      );
    });

    test('a message cut short is refused, or is a shorter message; nothing throws', () => {
      fc.assert(
        fc.property(arbitrary, fc.nat(), (value, place) => {
          const whole = encode(value);
          const result = decode(whole.subarray(0, place % whole.length));
          if (!result.ok) expect(result.problem).toMatch(/^[^\n]+$/);
        }),
        RUNS,
      );
    });

    test('any bytes, and any damage to good bytes, give a value or one line', () => {
      const damaged = fc.tuple(arbitrary, fc.nat(), fc.nat({ max: 255 })).map(([value, place, byte]) => {
        const bytes = encode(value);
        bytes[place % bytes.length] = byte;
        return bytes;
      });
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), (bytes) => {
          const result = decode(bytes);
          if (result.ok) expect(decode(encode(result.value))).toEqual(result);
          else expect(result.problem).toMatch(/^[^\n]+$/);
        }),
        { seed: 1, numRuns: 20_000 },
      );
    });
  });
}
