import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { TraceFilter, type TraceOptions } from '../../../src/cli/stories/trace-filter.js';
import type { ToldEvent } from '../../../src/sim/story/transcript.js';

const NONE: TraceOptions = { server: undefined, client: undefined, key: undefined, kind: undefined };
const filter = (options: Partial<TraceOptions>): TraceFilter => new TraceFilter({ ...NONE, ...options }, 3, 2);

const event = (names: readonly string[], kinds: readonly string[] = [], said: readonly unknown[] = []): ToldEvent => ({
  names: new Set(names),
  kinds: new Set(kinds),
  said,
});

/** A message of raft with two entries, as it is in the simulator. */
const append = {
  kind: 'appendEntries',
  entries: [
    { index: 1, payload: null },
    { index: 2, payload: { command: { op: 'set', key: byteStringFromText('schlüssel'), value: byteStringFromText('k1') } } },
  ],
};

describe('of a transcript are told', () => {
  test('all events, where nothing is asked for', () => {
    expect(filter({}).tells(event(['s1']))).toBe(true);
  });

  test.each<readonly [Partial<TraceOptions>, ToldEvent, boolean]>([
    [{ server: 's2' }, event(['s1', 's2']), true],
    [{ server: '2' }, event(['s2']), true],
    [{ server: 's1,s3' }, event(['s2']), false],
    [{ server: ['s1', 's2'] }, event(['s2']), true],
    [{ client: 'c1' }, event(['s1', 'c1']), true],
    [{ client: 'c1' }, event(['s1']), false],
    [{ server: 's3', client: 'c1' }, event(['c1']), true],
    [{ kind: 'crash,appendEntries' }, event(['s1'], ['message', 'appendEntries']), true],
    [{ kind: 'crash', server: 's1' }, event(['s2'], ['crash']), false],
    [{ key: 'schlüssel' }, event(['s1'], [], [append]), true],
    [{ key: 'k1' }, event(['s1'], [], [append]), false],
    [{ key: 'k1' }, event(['c1'], [], [{ kind: 'query', key: 'k1' }]), true],
    [{ key: 'k1' }, event(['c1'], [], [{ kind: 'data', key: new Uint8Array(2) }, null, 'k1']), false],
  ])('%j of an event', (options, told, isTold) => {
    expect(filter(options).tells(told)).toBe(isTold);
  });
});

test('where nothing fits, the kinds that there were are named', () => {
  const chosen = filter({ kind: 'appendEntry' });
  chosen.tells(event(['s1'], ['message', 'appendEntries']));
  expect(chosen.nothingText()).toBe('no event fits; the kinds in this part of the run: appendEntries, message');
  chosen.tells(event(['s1'], ['appendEntry']));
  expect(chosen.nothingText()).toBeNull();
});

test.each([
  [{ server: 's4' }, '--server s4: this run has the servers s1 to s3'],
  [{ server: 'c1' }, '--server c1: this run has the servers s1 to s3'],
  [{ client: '0' }, '--client 0: this run has the clients c1 to c2'],
])('%j names nobody', (options, line) => {
  expect(() => filter(options)).toThrow(line);
});
