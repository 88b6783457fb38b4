import { describe, expect, test } from 'vitest';
import { HistoryReading, type History, type HistoryFormat } from '../../../../src/sim/checkers/formats/history.js';
import { register } from '../../../../src/sim/checkers/models/register.js';
import { WROTE_AND_READ } from './reading.js';

function readInPieces(format: HistoryFormat, source: Buffer, bytes: number): History {
  const reading = new HistoryReading(format, register);
  for (let at = 0; at < source.length; at += bytes) reading.push(Buffer.from(source.subarray(at, at + bytes)));
  const read = reading.finish();
  if (!read.ok) throw new Error(read.problem.problem);
  return read.value;
}

const VALUES: Readonly<Record<HistoryFormat, string>> = {
  jsonl: '"ä\\u00e4 \\" 😀"',
  json: '{"a":[1,2.50,"ä \\n"],"b":null}',
  edn: '#a.B{:x ["ä" \\a #"a\\"b" #{1 2}], :y/z -12.5e3 ; said\n, :n #_ (1 2) nil}',
  'jepsen-etcd': '[1 #{"ä" :k}]',
};

describe.each(Object.entries(VALUES) as [HistoryFormat, string][])('%s', (format, value) => {
  test('is read alike, wherever its pieces end', () => {
    const source = Buffer.from(`${WROTE_AND_READ[format](value, value)}\n`);
    const { valueNamed: _, keyed: _also, ...whole } = readInPieces(format, source, source.length);
    expect(whole.operations).toHaveLength(2);
    expect(whole.operations[1]!.resultValue).toBe(whole.operations[0]!.value);
    for (let bytes = 1; bytes < 60; bytes++) expect(readInPieces(format, source, bytes)).toMatchObject(whole);
  });
});

test('a value without an end is refused before it fills the memory', () => {
  const reading = new HistoryReading('edn', register);
  const piece = Buffer.alloc(1024 * 1024, 'x');
  reading.push(Buffer.from('{:process 1, :value "'));
  let problem = null;
  for (let n = 0; n < 300 && problem === null; n++) problem = reading.push(piece);
  expect(problem).toEqual({ line: 1, problem: expect.stringContaining('one value is longer than 67108864 bytes') as string });
});
