import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as library from '../../../src/real/client/client.js';
import type { Client } from '../../../src/real/client/client.js';

/** Nobody listens there: what were sent would time out, with another code. */
function client(): Client {
  const opened = library.openClient({ servers: ['127.0.0.1:1'], timeoutMs: 200 });
  onTestFinished(() => opened.close());
  return opened;
}

async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it was taken');
}

/** As JavaScript calls it, without types. */
const untyped = (of: unknown): Record<string, (...given: unknown[]) => Promise<unknown>> =>
  of as Record<string, (...given: unknown[]) => Promise<unknown>>;

describe('what no server could store is refused with its name and the stable code, and nothing is sent', () => {
  test.each<[string, unknown[], RegExp]>([
    ['set', ['num', 5], /^the value is a string or a Uint8Array, not a number$/],
    ['set', ['flag', true], /^the value is .*, not a boolean$/],
    ['set', ['object', {}], /^the value is .*, not an object$/],
    ['set', ['list', [1, 2]], /^the value is .*, not an Array$/],
    ['set', ['buffer', new ArrayBuffer(3)], /^the value is .*, not an ArrayBuffer$/],
    ['set', ['wide', new Uint16Array([300])], /^the value is .*, not a Uint16Array$/],
    ['set', ['nothing'], /^the value is .*, not undefined$/],
    ['set', [undefined, 'v'], /^the key is .*, not undefined$/],
    ['set', [null, 'v'], /^the key is .*, not null$/],
    ['set', ['half \ud800', 'v'], /^the key is text with half of a surrogate pair/],
    ['set', ['k', '\udc00 half'], /^the value is text with half of a surrogate pair/],
    ['get', [7], /^the key is .*, not a number$/],
    ['get', ['k', null], /^the options of a call are an object, not null$/],
    ['get', ['k', { level: 'fresh' }], /level is linearizable or stale, not "fresh"$/],
    ['get', ['k', { signal: 'now' }], /^the signal is an AbortSignal, not a string$/],
    ['delete', [{}], /^the key is .*, not an object$/],
    ['put', ['k', 'v'], /^the version is a whole number, 0 or more, not undefined$/],
    ['put', ['k', 'v', '3'], /^the version is .*, not "3"$/],
    ['put', ['k', 'v', 1, { timeoutMs: '5' }], /^timeoutMs is a number of milliseconds, not a string$/],
  ])('%s(%o)', async (name, given, line) => {
    const error = await refusal(() => untyped(client())[name]?.(...given));
    expect(error).toBeInstanceOf(library.NotDoneError);
    expect(error).toMatchObject({ code: library.ERROR_CODES.badArgument, maybe: false, message: expect.stringMatching(line) as string });
  });

  test.each<[unknown, RegExp]>([
    [undefined, /^the settings of a client are an object, not undefined$/],
    [{ servers: 'a:1' }, /^servers is a list of "host:port", not a string$/],
    [{ servers: [] }, /at least one server/],
    [{ servers: ['nonsense'] }, /"nonsense" is not an address: expected host:port/],
    [{ servers: ['a:1'], callsMax: '3' }, /^callsMax is a whole number, 1 or more, not "3"$/],
  ])('settings %o, by connect and by openClient', async (settings, line) => {
    for (const open of ['connect', 'openClient']) {
      const error = await refusal(() => untyped(library)[open]?.(settings));
      expect(error).toBeInstanceOf(library.SeedstormError);
      expect(error).toMatchObject({ code: 'SEEDSTORM_BAD_ARGUMENT', message: expect.stringMatching(line) as string });
    }
  });
});

test('bytes of any Uint8Array are taken, a Buffer and one of another realm among them', async () => {
  for (const value of [Buffer.from('v'), runInNewContext('new Uint8Array([1])') as Uint8Array, '😀']) {
    expect(await refusal(() => client().set('k', value))).toMatchObject({ code: 'SEEDSTORM_TIMEOUT' });
  }
});
