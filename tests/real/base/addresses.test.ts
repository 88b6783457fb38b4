import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import {
  formatHostAndPort,
  formatServerMap,
  parseHostAndPort,
  parseNodeId,
  parseServerMap,
  type ServerAddress,
} from '../../../src/real/base/addresses.js';
import { UserError } from '../../../src/real/base/errors.js';

const host = fc.constantFrom('127.0.0.1', 'localhost', 'db-1.example.org', '::1', 'fe80::1');
const port = fc.integer({ min: 1, max: 65_535 });
const address: fc.Arbitrary<ServerAddress> = fc.record({ host, peerPort: port, clientPort: port });

describe('a list of servers', () => {
  test('is read as it was written, in the order of the ids', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.integer({ min: 1, max: 65_535 }).map(String), address, { minKeys: 1, maxKeys: 9 }), (servers) => {
        const map = new Map(Object.entries(servers).map(([id, at]) => [nodeId(Number(id)), at]));
        const read = parseServerMap(formatServerMap(map));
        expect(Object.fromEntries(read)).toEqual(Object.fromEntries(map));
        expect([...read.keys()]).toEqual([...read.keys()].sort((a, b) => a - b));
      }),
      { seed: 1 },
    );
  });

  test.each([
    '',
    '1',
    '1=',
    '1=host',
    '1=host:1',
    '1=host:1:2:3',
    '0=host:1:2',
    '70000=h:1:2',
    '1=h:0:2',
    '1=h:1:65536',
    'x=h:1:2',
    '1=h:1:2,',
    '1=h:1:2,1=h:3:4',
  ])('"%s" is a mistake of the user', (text) => expect(() => parseServerMap(text)).toThrow(UserError));
});

test('an address is read as it was written', () => {
  fc.assert(
    fc.property(host, port, (name, number) => {
      expect(parseHostAndPort(formatHostAndPort({ host: name, port: number }))).toEqual({ host: name, port: number });
    }),
    { seed: 2 },
  );
});

test.each(['', 'host', ':1', 'host:', 'host:x', 'host:0', 'host:99999', 'a:b:1', 'ho st:1'])('"%s" is no address', (text) => {
  expect(() => parseHostAndPort(text)).toThrow(UserError);
});

test.each(['', '0', '-1', '1.5', '1e3', '65536', 'one'])('"%s" is no server id', (text) => {
  expect(() => parseNodeId(text)).toThrow(/is not a server id/);
});
