import { describe, expect, test } from 'vitest';
import { check } from '../../../../src/sim/checkers/check/check.js';
import * as examples from '../../../../src/sim/checkers/check/examples.js';
import type { ClientOperation, Model } from '../../../../src/sim/checkers/check/model.js';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../../../src/sim/checkers/linearizability.js';
import { drawsOf, makeHistory } from '../made.js';
import { KINDS, spoil, type Kind } from '../makers.js';

type Content = Pick<ClientOperation<unknown, unknown>, 'input' | 'output'>;

/** What an operation of a file is to the example of its model. */
const CONTENT: Readonly<Record<string, (operation: Operation) => Content>> = {
  register: ({ op, value, expected, outcome, resultValue }) => ({
    input: op === 'read' ? { kind: op } : op === 'write' ? { kind: op, value } : { kind: op, expected, value },
    output: op === 'read' ? { kind: 'found', value: resultValue } : { kind: outcome === 'ok' ? 'written' : 'refused' },
  }),
  kv: ({ op, key, value, version, outcome, resultValue, resultVersion }) => ({
    input: { kind: op, key, ...(value === null ? {} : { value }), ...(version === null ? {} : { version }) },
    output: {
      kind: outcome,
      ...(resultValue === null ? {} : { value: resultValue }),
      ...(resultVersion === null ? {} : { version: resultVersion }),
    },
  }),
  lock: ({ op, clientId, value, outcome }) => ({ input: { kind: op, owner: value ?? `#${clientId}` }, output: outcome }),
  text: ({ op, key, value, resultValue }) => ({
    input: op === 'get' ? { kind: op, key } : { kind: op, key, value },
    output: op === 'get' ? resultValue : null,
  }),
};

/** Spoiled histories shift operations in time, so that clients would overlap themselves: here each operation has a client of its own. */
function asClientOperation(operation: Operation, client: number, { model }: Kind): ClientOperation<unknown, unknown> {
  const { callUs: call, returnUs } = operation;
  const { input, output } = CONTENT[model.name]!(operation);
  return { client, call, return: returnUs, input, output: returnUs === null ? undefined : output };
}

describe.each(KINDS)('$name', (kind) => {
  const example = (examples as unknown as Readonly<Record<string, Model<unknown, unknown, unknown>>>)[kind.model.name]!;

  test('the example and the fast tables of the command give one verdict', () => {
    const seen = { passed: 0, failed: 0, unknown: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      const draw = drawsOf(seed);
      const shape = { operations: 4 + draw(30), clients: 2 + draw(4), unknownPercent: [0, 15][draw(2)]!, spanMax: 2 + draw(8) };
      let operations = makeHistory(kind.maker, shape, draw);
      for (let times = draw(4); times > 0; times--) operations = spoil(operations, draw);
      const result = checkLinearizability(operations, kind.model);
      const history = operations.map((operation, i) => asClientOperation(operation, i, kind));
      const { verdict } = check(history, example);
      expect({ seed, verdict }).toEqual({ seed, verdict: result.verdict });
      seen[verdict]++;
    }
    expect(Math.min(seen.passed, seen.failed)).toBeGreaterThan(20);
    expect(seen.unknown).toBe(0);
  });
});
