import { describe, test } from 'vitest';
import { logIndex, nodeId } from '../../../../../../src/core/base/units.js';
import type { Command } from '../../../../../../src/core/store/command.js';
import { applyCommand, type StoreState } from '../../../../../../src/core/store/store.js';
import { VersionOrder } from '../../../../../../src/sim/systems/raft/oracles/log/version-order.js';
import { entry, expectViolated, setCommand, storeAfter, view } from '../../../../oracles/planted.js';

const a = setCommand('a');
const b = setCommand('b');
const c = setCommand('c');
const remove: Command = { ...a, op: 'delete', value: setCommand('').value };

/** A step from the store after `a` and `b` (version 2 of the key) that applies `commands` and leaves `store`. */
function step(commands: readonly Command[], store: StoreState): () => void {
  const log = [a, b, ...commands].map((command, i) => entry(i + 1, 1, command));
  const before = view({ log, commit: 2, applied: 2, store: storeAfter(a, b) });
  return () => new VersionOrder().onStep(1, nodeId(1), before, view({ log, commit: log.length, applied: log.length, store }));
}

describe('Version Monotonicity, on each server', () => {
  test('sees a version go back', () => {
    expectViolated('Version Monotonicity', /version 2 of key k on s1 became 1, by entries 3 to 3 with 1 writes/, step([c], storeAfter(c)));
  });

  test('sees a version that stands for another value', () => {
    expectViolated('Version Monotonicity', /version 2 of key k on s1 stands for another value now/, step([c], storeAfter(a, c)));
  });

  test('sees a version that skips one', () => {
    expectViolated('Version Monotonicity', /version 2 of key k on s1 became 4/, step([c], storeAfter(a, b, a, c)));
  });

  test('is content with one version for each write, and with a fresh start after a delete', () => {
    step([c], storeAfter(a, b, c))();
    step([c, a], storeAfter(a, b, c, a))();
    step([remove, c], storeAfter(a, b, remove, c))();
    step([remove], applyCommand(storeAfter(a, b), logIndex(3), remove).state)();
  });
});
