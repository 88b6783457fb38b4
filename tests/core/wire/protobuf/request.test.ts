import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { requestCodec } from '../../../../src/core/wire/protobuf/request.js';
import { request } from '../arbitraries.js';
import { keepsTheLaws } from '../codec-laws.js';
import { RequestSchema } from '../generated/seedstorm_pb.js';
import { twin } from '../twin.js';

keepsTheLaws({ name: 'request', arbitrary: request, encode: requestCodec.encode, decode: requestCodec.decode, twin: twin.request });

describe('a request is refused when', () => {
  test.each([
    ['it has no kind', Uint8Array.of(0x08, 1), 'request: its kind is missing or unknown'],
    ['it is two', toBinary(RequestSchema, create(RequestSchema, { kind: { case: 'whoIsLeader', value: {} } })), null],
    [
      'a query has an empty key',
      toBinary(RequestSchema, create(RequestSchema, { kind: { case: 'query', value: {} } })),
      'request: a query has an empty key',
    ],
    [
      'a query has a level of the future',
      toBinary(RequestSchema, create(RequestSchema, { kind: { case: 'query', value: { key: Uint8Array.of(97), level: 7 as never } } })),
      'request: a query has the unknown level 7',
    ],
    ['its id has the wrong wire type', Uint8Array.of(0x0a, 0, 0x22, 0), 'request: field 1 has the wrong wire type 2'],
  ])('%s', (_why, bytes, problem) => {
    if (problem !== null) expect(requestCodec.decode(bytes)).toEqual({ ok: false, problem });
    else
      expect(requestCodec.decode(Uint8Array.of(...bytes, ...bytes))).toEqual({
        ok: false,
        problem: 'request: there are two requests in one',
      });
  });
});
