import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { responseCodec } from '../../../../src/core/wire/protobuf/response.js';
import { response } from '../arbitraries.js';
import { keepsTheLaws } from '../codec-laws.js';
import { ResponseSchema, StoreStatus } from '../generated/seedstorm_pb.js';
import { twin } from '../twin.js';

keepsTheLaws({ name: 'response', arbitrary: response, encode: responseCodec.encode, decode: responseCodec.decode, twin: twin.response });

test('a response is refused when its kind or status is missing, or its text is not UTF-8', () => {
  expect(responseCodec.decode(Uint8Array.of(0x08, 1))).toEqual({ ok: false, problem: 'response: its kind is missing or unknown' });
  const noStatus = create(ResponseSchema, { kind: { case: 'done', value: { status: StoreStatus.UNSPECIFIED } } });
  expect(responseCodec.decode(toBinary(ResponseSchema, noStatus))).toEqual({
    ok: false,
    problem: 'response: the status of the result is missing or unknown',
  });
  for (const text of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80]]) {
    const bytes = Uint8Array.of(0x22, text.length + 2, 0x0a, text.length, ...text);
    expect(responseCodec.decode(bytes)).toEqual({ ok: false, problem: 'response: the reason is not UTF-8' });
  }
});
