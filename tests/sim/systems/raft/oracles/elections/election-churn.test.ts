import { describe, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { CANDIDACIES_IN_CALM_MAX, ElectionChurn } from '../../../../../../src/sim/systems/raft/oracles/elections/election-churn.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

function stand(oracle: ElectionChurn, atUs: number, term: number): void {
  const candidate = view({ role: 'candidate', term });
  oracle.onStep(atUs, nodeId(1), view({ role: 'preCandidate', term: term - 1 }), candidate);
  oracle.onStep(atUs, nodeId(1), candidate, candidate);
}

function standOften(oracle: ElectionChurn, times: number, fromTerm = 1): void {
  for (let i = 0; i < times; i++) stand(oracle, 1_000 * (i + 1), fromTerm + i);
}

describe('Election Churn', () => {
  test('sees elections go on and on while nothing is wrong', () => {
    const oracle = new ElectionChurn(0);
    standOften(oracle, CANDIDACIES_IN_CALM_MAX);
    expectViolated('Election Churn', /s1 stands in term 17: candidacy 17 in 17 ms in which nothing was wrong/, () =>
      stand(oracle, 17_000, 17),
    );
  });

  test('counts anew from the healing on, and nothing before the calm', () => {
    const oracle = new ElectionChurn(Infinity);
    standOften(oracle, 3 * CANDIDACIES_IN_CALM_MAX);
    oracle.calmFrom(0);
    standOften(oracle, CANDIDACIES_IN_CALM_MAX);
    oracle.calmFrom(0);
    standOften(oracle, CANDIDACIES_IN_CALM_MAX);
  });
});
