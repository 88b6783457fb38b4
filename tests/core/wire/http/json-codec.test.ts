import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { jsonCodec } from '../../../../src/core/wire/http/json-codec.js';

type Message =
  | { readonly kind: 'ask'; readonly round: number }
  | { readonly kind: 'tell'; readonly items: readonly { readonly name: string }[]; readonly note: unknown };

const codec = jsonCodec<Message>([
  { kind: 'ask', round: 0 },
  { kind: 'tell', items: [{ name: '' }], note: null },
]);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('messages as JSON', () => {
  test.each<Message>([
    { kind: 'ask', round: 7 },
    { kind: 'tell', items: [], note: null },
    { kind: 'tell', items: [{ name: byteStringFromText('ä\u0000"') }, { name: '' }], note: { any: ['thing'] } },
  ])('%j comes back as it went', (message) => {
    expect(codec.decode(codec.encode(message))).toEqual({ ok: true, value: message });
  });

  test.each([
    ['{"kind":"ask","round":1.5}', 'shaped'],
    ['{"kind":"ask","round":9007199254740992}', 'shaped'],
    ['{"kind":"ask","round":"1"}', 'shaped'],
    ['{"kind":"ask"}', 'shaped'],
    ['{"kind":"ask","round":1,"more":2}', 'shaped'],
    ['{"kind":"ask","items":[],"note":null}', 'shaped'],
    ['{"kind":"tell","items":{},"note":null}', 'shaped'],
    ['{"kind":"tell","items":[{"name":1}],"note":null}', 'shaped'],
    ['{"kind":"tell","items":[null],"note":null}', 'shaped'],
    ['{"kind":"toString","round":1}', 'shaped'],
    ['[]', 'shaped'],
    ['null', 'shaped'],
    ['{"kind":"ask","round":1', 'not JSON'],
    ['', 'not JSON'],
  ])('%s is refused', (text, because) => {
    expect(codec.decode(bytes(text))).toEqual({ ok: false, problem: expect.stringContaining(because) as string });
  });

  test('what is no UTF-8 is refused', () => {
    expect(codec.decode(Uint8Array.of(0xff, 0x7b))).toEqual({ ok: false, problem: 'these bytes are not UTF-8' });
  });

  test('a field by the name of the prototype is a field like any other', () => {
    expect(codec.decode(bytes('{"kind":"ask","__proto__":1}')).ok).toBe(false);
  });
});
