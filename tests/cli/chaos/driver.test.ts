import { describe, expect, test } from 'vitest';
import { judged } from '../../../src/cli/chaos/driver.js';
import type { Recording } from '../../../src/cli/chaos/worker.js';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { nodeId } from '../../../src/core/base/units.js';
import { judgeClients } from '../../../src/sim/clients/judges.js';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { violationOf } from '../../../src/sim/checkers/violation.js';

const base: Operation = {
  clientId: 1,
  key: 'k',
  op: 'set',
  value: null,
  version: null,
  expected: null,
  outcome: 'ok',
  resultValue: null,
  resultVersion: null,
  callUs: 0,
  returnUs: 1,
};
const written: Operation = { ...base, value: '1.1', resultVersion: 1, callUs: 10, returnUs: 20 };
const read = (value: string | null): Operation => ({
  ...base,
  clientId: 2,
  op: 'get',
  outcome: value === null ? 'noKey' : 'ok',
  resultValue: value,
  resultVersion: value === null ? null : 1,
  callUs: 30,
  returnUs: 40,
});

const recording = (...operations: readonly Operation[]): Recording => ({ operations: [...operations], staleReads: [], failedWrites: [] });

const PLAN = { judgeClients, finding: null } as const;

describe('a storm is judged', () => {
  test('passed when an order explains what was seen', () => {
    expect(judged(PLAN, null, recording(written, read('1.1')), [])).toEqual({ verdict: 'pass', violation: null });
  });

  test('failed when an acknowledged write is gone', () => {
    expect(judged(PLAN, null, recording(written, read(null)), [])).toMatchObject({
      verdict: 'violation',
      violation: { property: 'Linearizability' },
    });
  });

  test('failed when a value is read whose write was answered "definitely not"', () => {
    const { operations } = recording(written, read('1.1'), { ...read('1.2'), callUs: 50, returnUs: 60 });
    const failed = { client: nodeId(1), key: byteStringFromText('k'), value: byteStringFromText('1.2'), atUs: 45 };
    expect(judged(PLAN, null, { operations, staleReads: [], failedWrites: [failed] }, [])).toMatchObject({
      verdict: 'violation',
      violation: { property: 'No Dirty Read' },
    });
  });

  test('failed when a read that may be old shows what nobody wrote', () => {
    const { operations } = recording(written);
    expect(judged(PLAN, null, { operations, staleReads: [read('1.1'), read(null)], failedWrites: [] }, [])).toEqual({
      verdict: 'pass',
      violation: null,
    });
    expect(judged(PLAN, null, { operations, staleReads: [read('1.9')], failedWrites: [] }, [])).toMatchObject({
      verdict: 'violation',
      violation: { property: 'Stale Reads' },
    });
  });

  test('failed when a server broke a rule of its own, or something was found on the way', () => {
    expect(judged(PLAN, null, recording(written), ['s1 error ended: a rule of this program was broken: terms grow'])).toMatchObject({
      violation: { property: 'assertion' },
    });
    const found = violationOf('Liveness', 'nobody leads', 5_000);
    expect(judged(PLAN, found, recording(written), [])).toEqual({ verdict: 'violation', violation: found });
    expect(judged(PLAN, found, recording(written, read(null)), [])).toMatchObject({ violation: { property: 'Linearizability' } });
  });

  test('found when what is lost is what the scenario expects, and failed when it is anything else', () => {
    const expecting = (...properties: string[]) => ({ ...PLAN, finding: { properties, lesson: 'so it is' } });
    expect(judged(expecting('Linearizability'), null, recording(written, read(null)), [])).toMatchObject({
      verdict: 'found',
      violation: { property: 'Linearizability' },
    });
    expect(judged(expecting('One Vote'), null, recording(written, read(null)), [])).toMatchObject({ verdict: 'violation' });
  });

  test('unknown when nothing was written: then nothing is proved', () => {
    expect(judged(PLAN, null, recording({ ...read(null) }), [])).toEqual({ verdict: 'unknown', violation: null });
  });
});
