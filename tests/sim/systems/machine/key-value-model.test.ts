import { describe, expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import type { NodeRequest, NodeResponse } from '../../../../src/core/wire/protocol.js';
import { between, RandomStreams } from '../../../../src/sim/base/random-streams.js';
import { judgeCalls } from '../../../../src/sim/systems/machine/linearizable.js';
import { KEY_VALUE_MODEL } from '../../../../src/sim/systems/machine/key-value-model.js';
import type { Call } from '../../../../src/sim/systems/machine/spec.js';

type KeyValueCall = Call<NodeRequest, NodeResponse>;

const KEY = byteStringFromText('k0');

const get: NodeRequest = { kind: 'query', id: 1, key: KEY };
const command = (op: 'set' | 'put' | 'delete', value: string, version = 0): NodeRequest => ({
  kind: 'command',
  id: 1,
  command: { op, clientId: 0, sequenceNum: 0, key: KEY, value: byteStringFromText(value), version },
});
const ok = (version: number, value = ''): NodeResponse => ({
  kind: 'done',
  id: 1,
  result: { status: 'ok', version, value: byteStringFromText(value) },
});
const none: NodeResponse = { kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } };

function call(
  client: number,
  number: number,
  request: NodeRequest,
  response: NodeResponse | null,
  callMs: number,
  returnMs: number,
): KeyValueCall {
  return {
    client: `c${client}`,
    number,
    server: 's1',
    request,
    outcome: response === null ? { kind: 'maybe' } : { kind: 'done', response },
    callMs,
    returnMs: response === null ? null : returnMs,
  };
}

/** Without the judge that it names: by the model alone. */
const { partition, init, step, isRead, matches } = KEY_VALUE_MODEL;
const SLOW = { partition: partition!, init, step, isRead: isRead!, matches: matches! };

/** What three clients of one store saw, which in half of the rounds lies once. */
function history(round: number): readonly KeyValueCall[] {
  const stream = new RandomStreams(7).stream('histories', String(round));
  const draw = (low: number, high: number): number => between(stream, low, high);
  const hasVersions = draw(0, 1) === 1;
  const planned = [1, 2, 3].flatMap((client) => {
    let at = 0;
    return [1, 2, 3, 4].map((number) => {
      const callMs = at + draw(0, 5);
      const returnMs = callMs + draw(1, 9);
      at = returnMs;
      const kind = draw(0, 9);
      const value = `c${client}.${number}`;
      const request =
        kind < 5
          ? get
          : kind < 7 || !hasVersions
            ? command('set', value)
            : kind < 9
              ? command('put', value, draw(0, 3))
              : command('delete', '');
      return { client, number, request, callMs, returnMs, happensMs: draw(callMs * 10, returnMs * 10), isSilent: draw(0, 4) === 0 };
    });
  });
  let state = init();
  const calls = planned
    .toSorted((a, b) => a.happensMs - b.happensMs)
    .map(({ client, number, request, callMs, returnMs, isSilent }) => {
      const { state: after, output } = step(state, request) as { state: typeof state; output: NodeResponse };
      state = after;
      const told = output.kind === 'done' && !hasVersions ? { ...output, result: { ...output.result, version: 0 } } : output;
      return call(client, number, request, isSilent ? null : told, callMs, returnMs);
    });
  const lie = round % 2 === 1 ? calls.findLast(({ request, outcome }) => request === get && outcome.kind === 'done') : undefined;
  return calls.map((one) => (one === lie ? { ...one, outcome: { kind: 'done', response: ok(0, `c${draw(1, 3)}.${draw(1, 4)}`) } } : one));
}

describe('what key-value clients are told', () => {
  test('is judged by the table as by the model', () => {
    const verdicts = { passed: 0, failed: 0, unknown: 0 };
    for (let round = 0; round < 400; round++) {
      const calls = history(round);
      const { verdict } = judgeCalls(calls, KEY_VALUE_MODEL);
      expect(verdict, `round ${round}`).toBe(judgeCalls(calls, SLOW).verdict);
      verdicts[verdict]++;
    }
    expect(verdicts.unknown).toBe(0);
    expect(Math.min(verdicts.passed, verdicts.failed)).toBeGreaterThan(50);
  });

  test('is told with the calls that contradict each other, and those whose values were read', () => {
    const calls = [
      call(1, 1, command('set', 'c1.1'), ok(0), 0, 1),
      call(2, 1, command('set', 'c2.1'), null, 2, 0),
      call(3, 1, get, ok(0, 'c2.1'), 3, 4),
      call(3, 2, get, ok(0, 'c2.1'), 5, 6),
      call(1, 2, get, ok(0, 'c1.1'), 7, 8),
    ];
    const { verdict, culprit, conflict } = judgeCalls(calls, KEY_VALUE_MODEL);
    expect(verdict).toBe('failed');
    expect(culprit).toBe(calls[4]);
    const names = conflict().map(({ client, number }) => `${client}.${number}`);
    expect(names).toContain('c2.1');
    expect(names).not.toHaveLength(5);
  });

  test('an answer that is none explains nothing', () => {
    const odd: NodeResponse = { kind: 'leader', id: 1, leaderHint: 1 as never };
    for (const calls of [[call(1, 1, get, odd, 0, 1)], [call(1, 1, command('set', 'c1.1'), none, 0, 1)], [call(1, 1, get, ok(0), 0, 1)]])
      expect(judgeCalls(calls, KEY_VALUE_MODEL)).toMatchObject({ verdict: 'failed', culprit: calls[0] });
  });
});
