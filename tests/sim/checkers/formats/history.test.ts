import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS, readHistory, type History, type HistoryFormat } from '../../../../src/sim/checkers/formats/history.js';
import { jsonLineOf } from '../../../../src/sim/checkers/formats/json-lines.js';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../../../src/sim/checkers/linearizability.js';
import type { FileModel } from '../../../../src/sim/checkers/specification.js';
import { MODELS } from '../../../../src/sim/checkers/models/index.js';
import { kv } from '../../../../src/sim/checkers/models/kv.js';
import { lock } from '../../../../src/sim/checkers/models/lock.js';
import { register } from '../../../../src/sim/checkers/models/register.js';
import { text } from '../../../../src/sim/checkers/models/text.js';
import { otherValue } from '../../../../src/sim/checkers/value.js';
import { drawsOf, makeHistory, operation } from '../made.js';
import { KINDS } from '../makers.js';

function whole(format: HistoryFormat, source: string | Uint8Array, model: FileModel): History {
  const history = readHistory(format, source, model);
  if (!history.ok) throw new Error(`line ${history.problem.line}: ${history.problem.problem}`);
  return history.value;
}

/** The operations without their lines. */
function read(format: HistoryFormat, source: string | Uint8Array, model: FileModel): readonly Operation[] {
  return whole(format, source, model).operations.map(({ line: _, answerLine: _also, ...rest }) => rest);
}

function problem(format: HistoryFormat, source: string | Uint8Array, model: FileModel) {
  const history = readHistory(format, source, model);
  return history.ok ? null : history.problem;
}

const n = (number: number): string => otherValue(String(number));

describe('JSON lines', () => {
  test.each(KINDS)('written and read again are the same: $name', ({ maker, model }) => {
    const made = makeHistory(maker, { operations: 100, clients: 4, unknownPercent: 20, spanMax: 9 }, drawsOf(1));
    expect(read('jsonl', made.map(jsonLineOf).join('\n'), model)).toEqual(made);
  });

  test('leave out what says nothing, and lines that do not count', () => {
    const source = `
{"clientId":1,"op":"write","value":7,"callUs":0,"returnUs":5,"outcome":"ok"}

{"clientId":1,"op":"write","value":8,"callUs":6,"returnUs":7,"outcome":"failed"}
{"clientId":2,"op":"cas","expected":null,"value":"x","callUs":6,"outcome":"unknown"}
`;
    expect(read('jsonl', source, register)).toEqual([
      operation({ op: 'write', key: '', value: '7', callUs: 0, returnUs: 5 }),
      operation({ op: 'cas', key: '', clientId: 2, value: 'x', callUs: 6, returnUs: null }),
    ]);
  });

  const good = { clientId: 2, key: 'a', op: 'put', value: 'x', version: 0, callUs: 1, returnUs: 2, outcome: 'ok' };
  test.each([
    [
      { ...good, resultVerison: 1 },
      'unknown field "resultVerison"; did you mean "resultVersion"? known: clientId, key, op, value, version, expected, callUs, returnUs, outcome, resultValue, resultVersion',
    ],
    [{ ...good, clientId: 1.5 }, '"clientId" must be a whole number or a text'],
    [{ ...good, expected: 'a' }, '"expected" means nothing for a put'],
    [{ ...good, op: 'get', value: null, version: 0 }, '"version" means nothing for a get'],
    [{ ...good, op: 'get', version: null }, '"value" means nothing for a get'],
    [{ ...good, outcome: 'noKey', resultVersion: 1 }, 'the outcome noKey has no "resultVersion"'],
    [{ ...good, outcome: 'unknown', returnUs: null, resultVersion: 1 }, 'an unknown outcome has no "resultVersion"'],
    [{ ...good, clientId: 1 }, 'client 1 calls at 1, before its operation of line 1 returns at 2'],
    [{ ...good, version: -1 }, '"version" must be a whole number, 0 or more'],
    [{ ...good, value: [] }, '"value" must be a text or a number'],
    [{ ...good, key: 3 }, '"key" must be a text'],
    [{ ...good, op: 'push' }, '"op" must be one of'],
    [{ ...good, outcome: 'fine' }, '"outcome" must be one of'],
    [{ ...good, outcome: 'unknown' }, 'an unknown outcome has no "returnUs"'],
    [{ ...good, returnUs: null }, '"returnUs" must be a whole number'],
    [{ ...good, returnUs: 0 }, 'it returned before it was called'],
    [{ ...good, op: 'write', version: null }, 'the kv model has no "write"'],
    [{ ...good, version: null }, 'a put needs a version'],
    [{ ...good, outcome: 'refused' }, 'cannot be refused'],
    [7, 'this is not a JSON object'],
  ])('%j is refused with its line', (line, because) => {
    const found = problem('jsonl', `${JSON.stringify({ ...good, clientId: 1 })}\n${JSON.stringify(line)}\n`, kv);
    expect(found?.line).toBe(2);
    expect(found?.problem).toContain(because);
  });

  test('that are cut off are refused', () => {
    expect(problem('jsonl', '{"clientId":1', kv)).toEqual({ line: 1, problem: 'this is not JSON: the text ends within a value' });
    expect(problem('jsonl', '{"clientId":1\n{"clientId":1}', kv)).toEqual({
      line: 1,
      problem: 'this is not JSON: the line ends within an object',
    });
  });
});

describe("Jepsen's etcd log", () => {
  test('is read: outcomes, refusals, and what did not happen', () => {
    const source = [
      'INFO  jepsen.core - Worker 1 starting',
      'INFO  jepsen.util - 0\t:invoke\t:write\t4',
      'INFO  jepsen.util - 1   :invoke   :cas   [4 2]',
      'INFO  jepsen.util - 2\t:invoke\t:read\tnil',
      'INFO  jepsen.util - 0\t:info\t:write\t:timed-out',
      'INFO  jepsen.util - 1\t:fail\t:cas\t[4 2]',
      'INFO  jepsen.util - 2\t:ok\t:read\tnil',
      'INFO  jepsen.util - 2\t:invoke\t:read\tnil',
      'INFO  jepsen.util - 2\t:fail\t:read\t:timed-out',
      'INFO  jepsen.util - :nemesis\t:info\t:start\tnil',
      'INFO  jepsen.util - 5\t:invoke\t:cas\t[1 3]',
    ].join('\n');
    expect(read('jepsen-etcd', source, register)).toEqual([
      operation({ op: 'write', key: '', clientId: 0, value: n(4), callUs: 0, returnUs: null }),
      operation({ op: 'cas', key: '', clientId: 1, expected: n(4), value: n(2), outcome: 'refused', callUs: 1, returnUs: 4 }),
      operation({ op: 'read', key: '', clientId: 2, callUs: 2, returnUs: 5 }),
      operation({ op: 'cas', key: '', clientId: 5, expected: n(1), value: n(3), callUs: 8, returnUs: null }),
    ]);
  });

  test.each([
    ['hello', 1, 'no event of a client'],
    ['', 1, 'no event of a client'],
    ['INFO  jepsen.util - 0\t:invoke\t:write\tx', 1, 'no value of this operation: "x"'],
    ['INFO  jepsen.util - 0\t:ok\t:write\t1', 1, 'nothing under way'],
    ['INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:invoke\t:write\t2', 2, 'before its call on line 1 has an answer'],
    ['INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:read\t2', 2, 'this answers read'],
  ])('%j is refused', (source, line, because) => {
    const found = problem('jepsen-etcd', source, register);
    expect(found?.line).toBe(line);
    expect(found?.problem).toContain(because);
  });
});

describe('EDN', () => {
  test('of key-value events is read as texts, since it knows no versions', () => {
    const source = `; a comment
{:process 1, :type :invoke, :f :append, :key "0", :value "x \\"1\\""}
{:process 2 :type :invoke :f :get :key "0" :value nil}
{:process 1, :type :ok, :f :append, :key "0", :value "x \\"1\\""}
{:process 2, :type :ok, :f :get, :key "0", :value "x \\"1\\""}`;
    const history = readHistory('edn', source, kv);
    expect(history.ok && history.value.model).toBe(text);
    expect(read('edn', source, kv)).toEqual([
      operation({ op: 'append', key: '0', clientId: 1, value: 'x "1"', callUs: 0, returnUs: 2 }),
      operation({ op: 'get', key: '0', clientId: 2, resultValue: 'x "1"', callUs: 1, returnUs: 3 }),
    ]);
  });

  test('of a register in one vector is read; failed operations and empty reads say nothing', () => {
    const source = `[{:process 1, :type :invoke, :f :cas, :value [2 3]} {:process :nemesis, :type :info, :f :kill, :value #{1 2}}
{:process 1, :type :fail, :f :cas, :value [2 3]}, {:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value nil} {:process 1, :type :invoke, :f :write, :value :a, :time 12.5}
{:process 1, :type :info, :f :write, :value :a, :error "timed out"}]`;
    expect(read('edn', source, register)).toEqual([
      operation({ op: 'write', key: '', value: otherValue(':a'), callUs: 4, returnUs: null }),
    ]);
  });

  test('of a lock is read', () => {
    const source = '{:process 1, :type :invoke, :f :acquire, :value nil}{:process 1, :type :ok, :f :acquire, :value nil}';
    expect(read('edn', source, lock)).toEqual([operation({ op: 'acquire', key: '', callUs: 0, returnUs: 1 })]);
  });

  test.each([
    ['\n{:process 1', 2, 'ends before a "}"'],
    ['"abc', 1, 'ends within a string'],
    ['\n\n}', 3, 'unexpected "}"'],
    ['{:process 1 :type}', 1, 'a key without a value'],
    ['7', 1, 'an event is a map'],
    ['{:type :ok}', 1, 'needs a process'],
    ['{:process 1 :type :done}', 1, 'unknown type :done'],
    ['{:process 1 :f :read}', 1, 'an event needs :type'],
    ['{:process 1 :type :ok :f :reed}', 1, 'unknown f :reed; did you mean read?'],
    ['{:process 1 :type :invoke :f :cas :value 3}', 1, '[expected new]'],
    ['{:process 1 :type :invoke :f :write}', 1, 'needs a value'],
    ['{:process 1 :type :invoke :f :read :f :read}', 1, 'has :f twice'],
    ['{:process :nemesis, :value {1 2, 1N 3}}', 1, 'a map has 1 twice'],
    ['{:process :nemesis, :value #{:a :a}}', 1, 'a set has :a twice'],
    ['[{:process 1, :type :invoke, :f :read}', 1, 'ends before a "]"'],
    ['[{:process 1, :type :invoke, :f :read}] 7', 1, 'more stands behind'],
    ['{:process 1, :type :invoke, :f :write, :value 007}', 1, 'this is no number: 007'],
    [`${'['.repeat(5_000)}`, 1, 'nested too deeply'],
  ])('%j is refused', (source, line, because) => {
    const found = problem('edn', source, register);
    expect(found?.line).toBe(line);
    expect(found?.problem).toContain(because);
  });
});

test('no text breaks a reader', () => {
  const words = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\n',
    ':process ',
    '1 ',
    ':type ',
    ':invoke ',
    ':f ',
    ':get ',
    ':value ',
    'nil ',
    '\t',
    '#',
    ';',
    'INFO  jepsen.util - ',
    ':read ',
    ':ok ',
    '{"clientId":1}',
    '{"op":"get","callUs":1}',
  ];
  const source = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(source, fc.constantFrom(...FORMATS), fc.constantFrom(...MODELS), (text, format, model) => {
      const history = readHistory(format, text, model);
      if (!history.ok) expect(history.problem.line).toBeGreaterThan(0);
    }),
    { seed: 1, numRuns: 3_000 },
  );
});

describe('the examples of docs/FORMATS.md', () => {
  const docs = readFileSync(new URL('../../../../docs/FORMATS.md', import.meta.url), 'utf8');
  const example = (language: string): string => new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``).exec(docs)?.[1] ?? '';

  test.each<readonly [language: string, format: HistoryFormat, model: FileModel, count: number]>([
    ['jsonl', 'jsonl', kv, 3],
    ['edn', 'edn', register, 3],
    ['log', 'jepsen-etcd', register, 3],
  ])('%s is read, and linearizable', (language, format, model, count) => {
    const operations = read(format, example(language), model);
    expect(operations).toHaveLength(count);
    expect(checkLinearizability(operations, model).verdict).toBe('passed');
  });

  test('each field of JSON lines has a row', () => {
    const { problem: line } = problem('jsonl', '{"nothing":1}', kv) ?? { problem: '' };
    const known = /known: (.*)$/.exec(line)?.[1]?.split(', ') ?? [];
    expect(known.length).toBeGreaterThan(10);
    for (const field of known) expect(docs).toContain(`| \`${field}\` |`);
  });

  test('what a read of nil means is true of both event formats', () => {
    const edn = '{:process 1, :type :invoke, :f :read, :value nil}\n{:process 1, :type :ok, :f :read, :value nil}';
    expect(read('edn', edn, register)).toEqual([]);
    expect(
      read('jepsen-etcd', 'INFO  jepsen.util - 2\t:invoke\t:read\tnil\nINFO  jepsen.util - 2\t:ok\t:read\tnil', register),
    ).toMatchObject([{ op: 'read', outcome: 'ok', resultValue: null }]);
  });
});
