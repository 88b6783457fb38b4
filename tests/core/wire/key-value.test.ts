import { describe, expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../src/core/base/bytestring.js';
import { connectionId } from '../../../src/core/base/units.js';
import { raftCodecs } from '../../../src/core/systems/raft/codecs.js';
import type { Command } from '../../../src/core/store/command.js';
import { answerDone, answerUnavailable, keyValueCodecs, readOrWrite } from '../../../src/core/wire/key-value.js';
import type { NodeRequest } from '../../../src/core/wire/protocol.js';

const key = byteStringFromText('k');
const value = byteStringFromText('v');
const connection = connectionId(3);
const command = (op: Command['op']): NodeRequest => ({
  kind: 'command',
  id: 9,
  command: { op, clientId: 0, sequenceNum: 0, key, value, version: 0 },
});
const read: NodeRequest = { kind: 'query', id: 8, key };

describe("the key-value protocol for systems of one's own", () => {
  test('a register understands reads and plain writes, and nothing else', () => {
    expect(readOrWrite(read)).toEqual({ key, value: null });
    expect(readOrWrite(command('set'))).toEqual({ key, value });
    for (const op of ['put', 'delete', 'registerClient'] as const) expect(readOrWrite(command(op))).toBeNull();
    expect(readOrWrite({ kind: 'status', id: 1 })).toBeNull();
  });

  test('an answer goes to who asked, under the number of the request', () => {
    const done = (status: string, told: string, version: number) => ({ kind: 'done', result: { status, value: told, version } });
    expect(answerDone({ connection, request: read }, value, 4)).toMatchObject({
      kind: 'respond',
      connection,
      response: { id: 8, ...done('ok', value, 4) },
    });
    expect(answerDone({ connection, request: read }, EMPTY)).toMatchObject({ response: done('ok', EMPTY, 0) });
    expect(answerDone({ connection, request: read }, null)).toMatchObject({ response: done('noKey', EMPTY, 0) });
    expect(answerDone({ connection, request: command('set') }, value)).toMatchObject({ response: { id: 9, ...done('ok', EMPTY, 0) } });
    expect(answerDone({ connection, request: command('set') }, null)).toMatchObject({ response: done('ok', EMPTY, 0) });
    expect(answerUnavailable({ connection, request: read }, 'too busy')).toMatchObject({
      response: { kind: 'unavailable', id: 8, reason: 'too busy' },
    });
  });

  test('clients are spoken to as by every other system', () => {
    const codecs = keyValueCodecs(raftCodecs.message);
    expect(codecs.request.encode(command('set'))).toEqual(raftCodecs.request.encode(command('set')));
    expect(codecs.response).toBe(raftCodecs.response);
  });
});
