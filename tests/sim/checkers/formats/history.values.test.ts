import { describe, expect, test } from 'vitest';
import type { HistoryFormat } from '../../../../src/sim/checkers/formats/history.js';
import { register } from '../../../../src/sim/checkers/models/register.js';
import { text } from '../../../../src/sim/checkers/models/text.js';
import { jsonOf, otherValue, spelled, textOf, textValue } from '../../../../src/sim/checkers/value.js';
import { historyOf, problemOf, verdictOf, WROTE_AND_READ } from './reading.js';

const EQUAL: readonly [HistoryFormat, written: string, found: string][] = [
  ['jsonl', '1.0', '1'],
  ['jsonl', '1e3', '1000'],
  ['jsonl', '-0', '0'],
  ['jsonl', '"\\u0061"', '"a"'],
  ['jsonl', '0.10', '1e-1'],
  ['json', '{"a":1,"b":[2]}', '{"b":[2.0],"a":1}'],
  ['edn', '1N', '1'],
  ['edn', '+7', '7'],
  ['edn', '0x1F', '31'],
  ['edn', '1.50', '1.5'],
  ['edn', '1.50M', '1.5M'],
  ['edn', '#{1 2}', '#{2 1}'],
  ['edn', '{:a 1, "b" [2]}', '{"b" (2N) :a 1}'],
  ['edn', '(1 2)', '[1, 2]'],
  ['edn', '"\\u0061"', '"a"'],
  ['edn', '\\a', '\\u0061'],
  ['edn', '#:n{:a 1, :_/b 2}', '{:b 2 :n/a 1}'],
  ['edn', '[#_ 3 1 ^:m [2]]', '[1 [2]]'],
  ['edn', '#foo.Bar{:x #{1 2}}', '#foo.Bar{:x #{2 1}}'],
  ['edn', '170141183460469231731687303715884105727', '170141183460469231731687303715884105727N'],
  ['jepsen-etcd', '#{1 2}', '#{2 1}'],
];

const DIFFERENT: readonly [HistoryFormat, written: string, found: string][] = [
  ['jsonl', '9007199254740993', '9007199254740992'],
  ['jsonl', '1e999', '1e998'],
  ['json', '9007199254740993', '9007199254740992'],
  ['json', '1', '"1"'],
  ['json', '["a b"]', '["a","b"]'],
  ['edn', '9007199254740993', '9007199254740992'],
  ['edn', '1', '"1"'],
  ['edn', '1', '1.0'],
  ['edn', '1.0', '1.0M'],
  ['edn', ':a', '":a"'],
  ['edn', 'a', '"a"'],
  ['edn', '["a b"]', '["a" "b"]'],
  ['edn', '[1 2]', '#{1 2}'],
  ['edn', '{1 2}', '[1 2]'],
  ['edn', '#foo 1', '#bar 1'],
  ['edn', '#"a"', '"a"'],
  ['edn', '"\uffff\\"1"', '1'],
];

describe('values are compared as values', () => {
  test.each(EQUAL)('%s: %s is %s', (format, written, found) => {
    expect(verdictOf(format, WROTE_AND_READ[format](written, found), register)).toBe('passed');
  });

  test.each(DIFFERENT)('%s: %s is not %s', (format, written, found) => {
    expect(verdictOf(format, WROTE_AND_READ[format](written, found), register)).toBe('failed');
    expect(verdictOf(format, WROTE_AND_READ[format](found, found), register)).toBe('passed');
  });

  test('JSON lines of a store of texts: a number is the text that it is written as, and that is said', () => {
    const source = WROTE_AND_READ.jsonl('"1.0"', '1.0');
    expect(verdictOf('jsonl', source, register)).toBe('passed');
    expect(historyOf('jsonl', source, register).assumed).toEqual([
      'values are texts (line 1) and numbers (line 2): a number is the text that it is written as',
    ]);
    expect(verdictOf('jsonl', WROTE_AND_READ.jsonl('"1.0"', '1'), register)).toBe('failed');
    expect(historyOf('jsonl', WROTE_AND_READ.jsonl('1.0', '1'), register).assumed).toEqual([]);
  });

  test('bytes that are no UTF-8 stay apart, from each other and from every text', () => {
    const withBytes = (format: HistoryFormat, written: number[], found: number[]): Buffer => {
      const [before, between, after] =
        WROTE_AND_READ[format]('"@"', '"@"').split('@').length === 3 ? WROTE_AND_READ[format]('"@"', '"@"').split('@') : ['', '', ''];
      return Buffer.concat([Buffer.from(before!), Buffer.from(written), Buffer.from(between!), Buffer.from(found), Buffer.from(after!)]);
    };
    expect(verdictOf('jsonl', withBytes('jsonl', [0x61, 0xff], [0x61, 0xff]), register)).toBe('passed');
    expect(verdictOf('jsonl', withBytes('jsonl', [0x61, 0xff], [0x61, 0xfe]), register)).toBe('failed');
    expect(verdictOf('jsonl', withBytes('jsonl', [0x61, 0xff], [...Buffer.from('a\ufffd')]), register)).toBe('failed');
    expect(verdictOf('jsonl', withBytes('jsonl', [...Buffer.from('ä')], [...Buffer.from('\\u00e4')]), register)).toBe('passed');
    const { operations } = historyOf('jsonl', withBytes('jsonl', [0x61, 0x5c, 0x5c, 0xff], [0x61]), register);
    expect(spelled(operations[0]!.value!)).toBe('#bytes "a\\\\\\\\\\xff"');
    expect(
      problemOf(
        'edn',
        Buffer.concat([Buffer.from('{:process 1, :type :invoke, :f :write, :value a'), Buffer.from([0xff, 0x7d])]),
        register,
      ),
    ).toEqual({
      line: 1,
      problem: 'bytes that are not UTF-8 stand outside of a string',
    });
  });

  test('what is no text cannot be appended', () => {
    const source = '{:process 1, :type :invoke, :f :append, :key "k", :value 5}';
    expect(problemOf('edn', source, text)).toEqual({ line: 1, problem: 'an append needs a text, and 5 is none' });
  });

  test('texts that begin with the mark of other values are texts all the same', () => {
    const events = ['append "\uffffa"', 'append "b"']
      .map((what) => {
        const [f, value] = what.split(' ');
        return `{:process 1 :type :invoke :f :${f} :key "k" :value ${value}}{:process 1 :type :ok :f :${f} :key "k" :value ${value}}`;
      })
      .join('\n');
    const get = (value: string) => `{:process 1 :type :invoke :f :get :key "k"}{:process 1 :type :ok :f :get :key "k" :value "${value}"}`;
    expect(verdictOf('edn', events + get('\uffffab'), text)).toBe('passed');
    expect(verdictOf('edn', events + get('ab'), text)).toBe('failed');
  });
});

test('a value is shown as it was written', () => {
  expect([textValue('a"b'), otherValue('12'), textValue('\uffff1')].map(spelled)).toEqual(['"a\\"b"', '12', JSON.stringify('\uffff1')]);
  expect([textValue('a'), otherValue('12'), textValue('\uffff1')].map(textOf)).toEqual(['a', null, '\uffff1']);
  expect(['a', '12', otherValue('12'), otherValue('1.5'), otherValue('9007199254740993'), otherValue(':a')].map(jsonOf)).toEqual([
    'a',
    '12',
    12,
    1.5,
    '9007199254740993',
    ':a',
  ]);
});
