import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/real/base/errors.js';
import { formatRoute, parseRoute } from '../../../src/real/proxy/routes.js';

describe('a route', () => {
  test.each([
    ['7001=7101', 'client3:server3@127.0.0.1:7001=127.0.0.1:7101'],
    ['c1:s1@7001=db.example:7101', 'c1:s1@127.0.0.1:7001=db.example:7101'],
    [' s1:s-2@[::1]:7001=10.0.0.2:7201 ', 's1:s-2@[::1]:7001=10.0.0.2:7201'],
  ])('%s is read', (text, meant) => {
    expect(formatRoute(parseRoute(text, 3))).toBe(meant);
    expect(formatRoute(parseRoute(meant, 9))).toBe(meant);
  });

  test.each([
    ['', '"" is not a route'],
    ['7001', '"7001" is not a route'],
    ['c1@7001=7101', '"c1@7001=7101" is not a route'],
    ['c1:*@7001=7101', '"*" is not a name'],
    ['c1:c1@7001=7101', 'not from "c1" to itself'],
    ['c1:s1@0=7101', '"0" is not a port'],
    ['c1:s1@7001=nowhere', '"nowhere" is not an address'],
  ])('"%s" is refused with one line', (text, line) => {
    expect(() => parseRoute(text, 1)).toThrow(line);
    expect(() => parseRoute(text, 1)).toThrow(UserError);
  });
});
