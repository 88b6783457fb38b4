import { describe, expect, test } from 'vitest';
import { kv } from '../../../../src/sim/checkers/models/kv.js';
import { lock } from '../../../../src/sim/checkers/models/lock.js';
import { register } from '../../../../src/sim/checkers/models/register.js';
import { checkLinearizability } from '../../../../src/sim/checkers/linearizability.js';
import { reportOf } from '../../../../src/sim/checkers/report.js';
import { historyOf, problemOf, verdictOf } from './reading.js';

/** `process type f value`, an event a word of four, in EDN. */
const edn = (...events: string[]): string =>
  events
    .map((event) => {
      const [, process, type, f, value] = /^(\S+) (\S+) (\S+) (.*)$/.exec(event)!;
      return `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}`;
    })
    .join('\n');

describe('independent keys, [key value]', () => {
  const calls = edn(
    '0 invoke write [0 4]',
    '0 ok write [0 4]',
    '0 invoke write [1 7]',
    '0 ok write [1 7]',
    '0 invoke read [0 nil]',
    '0 ok read [0 4]',
    '0 invoke cas [1 [7 8]]',
    '0 ok cas [1 [7 8]]',
  );

  test('are judged one by one where the calls of reads leave no doubt, and that is said', () => {
    expect(verdictOf('edn', calls, register)).toBe('passed');
    const { assumed, operations } = historyOf('edn', calls, register);
    expect(assumed.join()).toMatch(/^every value is a pair, and line 5 has a key and no value: each key is judged alone/);
    expect(new Set(operations.map(({ key }) => key)).size).toBe(2);
    const stale = calls + '\n' + edn('1 invoke read [1 nil]', '1 ok read [1 7]');
    const { operations: all, model, clock } = historyOf('edn', stale, register);
    expect(reportOf(checkLinearizability(all, model), clock)).toContain('failed  not linearizable: key 1\n');
  });

  test('are told from values that are pairs only by who asks, where nothing else tells them apart', () => {
    const ambiguous = edn(
      '0 invoke write [0 4]',
      '0 ok write [0 4]',
      '0 invoke write [1 7]',
      '0 ok write [1 7]',
      '0 invoke read nil',
      '0 ok read [0 4]',
    );
    const { assumed, keyed } = historyOf('edn', ambiguous, register);
    expect(assumed.join()).toMatch(/^every value is a pair, and is taken for one value, as by --no-independent/);
    expect(checkLinearizability(keyed!(), register).verdict).toBe('passed');
    expect(verdictOf('edn', ambiguous, register, true)).toBe('passed');
    expect(verdictOf('edn', ambiguous, register, false)).toBe('failed');
  });

  test('are not seen in a cas register, whose values are pairs too', () => {
    const cas = edn('0 invoke cas [0 4]', '0 ok cas [0 4]');
    expect(historyOf('edn', cas, register).operations[0]).toMatchObject({ key: '', op: 'cas' });
    expect(() => historyOf('edn', edn('0 invoke write 3'), register, true)).toThrow('line 1: with --independent every value is a pair');
  });
});

describe('what Jepsen writes', () => {
  test('is read: records, nemesis maps, errors, discards, escapes, banks', () => {
    const source = `#jepsen.history.Op{:index 0, :time 12, :type :info, :process :nemesis, :f :start, :value {"n1" #{"n2" "n3"}, "n\\u0032" #{}}}
#jepsen.history.Op{:index 1, :time 13, :type :invoke, :process 0, :f :write, :value {0 10, 1 20}}
#jepsen.history.Op{:index 2, :time 14, :type :ok, :process 0, :f :write, :value {1 20, 0 10}, :node "n1"}
#_ {:process 0, :type :invoke, :f :write, :value 3}
#jepsen.history.Op{:index 3, :type :invoke, :process 1, :f :write, :value 5}
#jepsen.history.Op{:index 4, :type :info, :process 1, :f :write, :value 5, :error [:timeout "a"],
 :exception #error {:cause "x" :via [{:type java.io.IOException :at [a.b.C$d <init> "C.java" 12]}] :object #object[a.B 0x1f "a.B@1f"]}}
#jepsen.history.Op{:index 5, :type :invoke, :process 2, :f :read, :value nil}
#jepsen.history.Op{:index 6, :type :ok, :process 2, :f :read, :value {0 10, 1 20}}`;
    const { operations, passedOver } = historyOf('edn', source, register);
    expect(operations.map(({ line, answerLine, outcome }) => ({ line, answerLine, outcome }))).toEqual([
      { line: 2, answerLine: 3, outcome: 'ok' },
      { line: 5, answerLine: null, outcome: 'unknown' },
      { line: 8, answerLine: 9, outcome: 'ok' },
    ]);
    expect(Object.fromEntries(passedOver)).toEqual({ 'events of the nemesis': 1, 'fields :node': 1 });
    expect(verdictOf('edn', source, register)).toBe('passed');
  });

  test("the answer's value is the one that was written", () => {
    const source = edn('0 invoke write 1', '0 ok write 2', '0 invoke read nil', '0 ok read 1');
    expect(verdictOf('edn', source, register)).toBe('failed');
    expect(verdictOf('edn', source.replace(/1}$/, '2}'), register)).toBe('passed');
    expect(historyOf('edn', source, register).assumed).toEqual([
      "1 answers tell another value than their calls: the answer's is the one that was written",
    ]);
  });

  test.each(['n1', ':c1', '"n2"'])('client %s counts like any other', (process) => {
    const source = edn('0 invoke write 1', '0 ok write 1', `${process} invoke read nil`, `${process} ok read 2`);
    const { operations, model, clock } = historyOf('edn', source, register);
    const result = checkLinearizability(operations, model);
    expect(result).toMatchObject({ verdict: 'failed', culprit: { clientId: process, line: 3, answerLine: 4 } });
    expect(reportOf(result, clock)).toContain(`This answer (line 4; called on line 3) tells of a value that nobody can have written by then:
  ${process.padEnd(4)} event 3 .. 4         read -> 2`);
  });

  test('a lock is held by a client of any name', () => {
    const source = edn(':a invoke acquire nil', ':a ok acquire nil', '"a" invoke release nil', '"a" ok release nil');
    expect(verdictOf('edn', source, lock)).toBe('failed');
  });

  test('elle-cli takes it as JSON, in one array or line by line', () => {
    const events = [
      { type: 'info', f: 'kill', process: 'nemesis', time: 1, value: { n1: ['n2'] } },
      { type: 'invoke', f: 'write', process: 0, time: 2, value: 3, index: 0 },
      { type: 'ok', f: 'write', process: 0, time: 3, value: 3, index: 1 },
      { type: 'invoke', f: 'cas', process: 1, time: 3, value: [3, 4] },
      { type: 'ok', f: 'cas', process: 1, time: 3, value: [3, 4] },
      { type: 'invoke', f: 'read', process: 1, value: null },
      { type: 'ok', f: 'read', process: 1, value: 4 },
    ];
    for (const source of [
      JSON.stringify(events),
      JSON.stringify(events, null, 1),
      events.map((event) => JSON.stringify(event)).join('\n'),
    ]) {
      const { operations, passedOver } = historyOf('json', source, register);
      expect(operations).toHaveLength(3);
      expect(passedOver.get('events of the nemesis')).toBe(1);
      expect(verdictOf('json', source, register)).toBe('passed');
      expect(verdictOf('json', source.replace(/4\s*}(?=\]?\s*\]?$)/, '5}'), register)).toBe('failed');
    }
  });

  test.each([
    ['[{"process":1,"type":"invoke","f":"read";', 'a "," or "}" should be here'],
    ['[{"process":1,"type":"invoke","f":"read"}', 'the text ends before a "]"'],
    ['[{"process":1,"type":"invoke","f":"read"} {}]', 'a "," or "]" should be here'],
    ['[7]', 'an event is a JSON object'],
    ['[]', 'no event of a client'],
    ['{"process":1,"process":2}', 'the event has "process" twice'],
    ['{"process":[1],"type":"ok","f":"read"}', 'a process is a number, a keyword or a text'],
  ])('as JSON %s is refused', (source, because) => {
    expect(problemOf('json', source, register)?.problem).toContain(because);
  });

  test('key-value events have keys of any kind', () => {
    const source =
      '{:process 1 :type :invoke :f :put :key :a :value "x"}{:process 1 :type :ok :f :put :key :a :value "x"}{:process 1 :type :invoke :f :get :key ":a"}{:process 1 :type :ok :f :get :key ":a" :value ""}';
    expect(verdictOf('edn', source, kv)).toBe('passed');
    expect(
      problemOf('edn', '{:process 1 :type :invoke :f :get :key 1}{:process 1 :type :ok :f :get :key 2 :value ""}', kv)?.problem,
    ).toContain('called on line 1 with key 1, and this answers for key 2');
  });
});

describe('logs of Jepsen', () => {
  const TODAY = '2024-05-01 12:00:00,123{GMT}\tINFO\t[jepsen worker 3] jepsen.util: ';

  test('are read whole: other lines between, todays style, bare events, processes of any name', () => {
    const source = [
      'WARN  jepsen.core - Process 3 indeterminate',
      'java.net.SocketTimeoutException: Read timed out',
      '\tat java.net.Socket.read(Socket.java:12)',
      'INFO  jepsen.util - 0\t:invoke\t:write\t4',
      'INFO  jepsen.util - Restarting nodes',
      'INFO  jepsen.util - 0\t:ok\t:write\t4',
      `${TODAY}3\t:invoke\t:read\tnil`,
      `${TODAY}3\t:ok\t:read\t4`,
      `${TODAY}:nemesis\t:info\t:start-partition\t{"n1" #{"n2"}}`,
      `${TODAY}3\t:invoke\t:cas\t[4 5]`,
      `${TODAY}3\t:fail\t:cas\t[4 5]\t:did-not-succeed`,
      'n1 \t:invoke\t:write\t7',
      'n1 \t:info\t:write\t7\tindeterminate: Connection {reset',
      '7       :invoke :read   nil',
      '7       :ok     :read   7',
    ].join('\n');
    const { operations, passedOver, clock } = historyOf('jepsen-etcd', source, register);
    expect(operations.map(({ clientId, op, outcome, line }) => [clientId, op, outcome, line])).toEqual([
      [0, 'write', 'ok', 4],
      [3, 'read', 'ok', 7],
      ['n1', 'write', 'unknown', 12],
      [7, 'read', 'ok', 14],
    ]);
    expect(clock).toBe('events');
    expect(Object.fromEntries(passedOver)).toEqual({
      'lines that are no events': 4,
      'events of the nemesis': 1,
      'operations that failed, and so did not happen': 1,
    });
  });

  test.each([
    ['INFO  jepsen.util - 0\t:ok\t:reed\t3', 'unknown f "reed"; did you mean read?'],
    ['INFO  jepsen.util - 0\t:okay\t:read\t3', 'no event that can be read: "0 :okay"'],
    ['INFO  jepsen.util - 0\tok\t:read\t3', 'no event that can be read: "0 ok"'],
    [`${TODAY}0\t:ok\tread\t3`, 'no event that can be read: "0 :ok"'],
    ['0\t:invok\t:read\tnil', 'no event that can be read: "0 :invok"'],
    ['INFO  jepsen.util - 0\t:invoke\t:write\t1 2', 'one value, and this one has more'],
    ['INFO  jepsen.util - 0\t:invoke\t:write', 'one value, and this one has none'],
    ['INFO  jepsen.util - 0\t:invoke\t:write\t[1', 'no value of this operation: "[1"'],
  ])('%j is not passed over', (line, because) => {
    const source = `INFO  jepsen.util - 5\t:invoke\t:read\tnil\n${line}\n`;
    expect(problemOf('jepsen-etcd', source, register)).toEqual({ line: 2, problem: expect.stringContaining(because) as string });
  });
});
