import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHistory, type HistoryFormat } from '../../../src/sim/checkers/formats/history.js';
import { checkLinearizability } from '../../../src/sim/checkers/linearizability.js';
import type { FileModel } from '../../../src/sim/checkers/specification.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { register } from '../../../src/sim/checkers/models/register.js';
import { ALL_PRUNINGS } from '../../../src/sim/checkers/prunings.js';

/** Recorded histories of real clusters, with known verdicts; they are not part of this project. */
const FOLDER = process.env['SEEDSTORM_HISTORIES'] ?? resolve(import.meta.dirname, '../../../../shared/histories');

const SETS: readonly { folder: string; format: HistoryFormat; model: FileModel; count: number }[] = [
  { folder: 'etcd', format: 'jepsen-etcd', model: register, count: 52 },
  { folder: 'kv', format: 'edn', model: kv, count: 4 },
];

describe.each(SETS)('the recorded histories in $folder', ({ folder, format, model, count }) => {
  const table = join(FOLDER, folder, 'VERDICTS.tsv');
  if (!existsSync(table)) {
    test.skip(`not checked: there is no ${folder}/VERDICTS.tsv in ../shared/histories; SEEDSTORM_HISTORIES may name another place`);
    return;
  }
  const rows = readFileSync(table, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));

  test('are all there', () => {
    expect(rows.length).toBeGreaterThanOrEqual(count);
  });

  test.each(rows)('%s is %s', (file, verdict) => {
    const history = readHistory(format, readFileSync(join(FOLDER, folder, file!), 'utf8'), model);
    if (!history.ok) throw new Error(`line ${history.problem.line}: ${history.problem.problem}`);
    const { operations, model: meant } = history.value;
    const expected = verdict === 'ok' ? 'passed' : 'failed';

    const result = checkLinearizability(operations, meant);
    expect(result.verdict).toBe(expected);
    expect(checkLinearizability(operations, meant)).toEqual(result);
    expect(checkLinearizability(operations, meant, { prunings: { ...ALL_PRUNINGS, zones: false, eras: false } }).verdict).toBe(expected);
  });
});
