import { expect, test } from 'vitest';
import { micros, nodeId } from '../../../../src/core/base/units.js';
import { LockHonesty } from '../../../../src/sim/oracles/clients/lock-honesty.js';

const [S1, C1] = [nodeId(1), nodeId(2)];

/** A client asks for the lock, puts its token, and is told `kind`; then the server takes the put and says so. */
function answeredAfter(kind: string, status = 'ok', next: string | null = null): () => void {
  const oracle = new LockHonesty(1);
  const asks = (id: number, op: string): void =>
    oracle.onStep(micros(0), C1, { kind: 'request', now: micros(0), connection: 0 as never, request: { id, op } }, {}, {}, []);
  asks(1, 'acquire');
  oracle.onSend(micros(1), C1, S1, { kind: 'command', id: 7, command: { op: 'put', value: 'c1/1' } });
  oracle.onStep(micros(2), C1, { kind: 'wake', now: micros(2) }, {}, {}, [
    { kind: 'respond', connection: 0 as never, response: { kind, id: 1 } },
  ]);
  if (next !== null) asks(2, next);
  return () => oracle.onSend(micros(3), S1, C1, { kind: 'done', id: 7, result: { status, version: 1, value: '' } });
}

test('an acquisition that was said to have failed never takes the lock, whatever its client does next', () => {
  expect(answeredAfter('failed')).toThrow(
    expect.objectContaining({ violation: expect.objectContaining({ property: 'Honest Failure' }) as unknown }),
  );
  expect(answeredAfter('failed', 'ok', 'acquire')).toThrow('c1 was told that its acquisition failed, but s1 took its put of c1/1');
  expect(answeredAfter('failed', 'ok', 'release')).toThrow('c1 was told that its acquisition failed');
});

test('one that is in doubt or holds may, and a put that is refused is no fault', () => {
  expect(answeredAfter('maybe')).not.toThrow();
  expect(answeredAfter('held')).not.toThrow();
  expect(answeredAfter('failed', 'versionConflict')).not.toThrow();
});
