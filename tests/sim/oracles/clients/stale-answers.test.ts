import { describe, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId } from '../../../../src/core/base/units.js';
import type { Input } from '../../../../src/core/machine.js';
import { StaleAnswers } from '../../../../src/sim/oracles/clients/stale-answers.js';
import { deleted, expectViolated, wrote } from '../planted.js';

const C = connectionId(9);
const key = byteStringFromText('k');
const writes = [wrote('a', 1, 0, 1), wrote('b', 2, 2, 3)];

/** A server of which a client asks, at once or later answered. */
class Asked {
  readonly oracle = new StaleAnswers(3);
  #id = 0;

  boot(server: number): this {
    this.oracle.onStep(0, nodeId(server), null, undefined, {}, []);
    return this;
  }

  /** @param value null: no such key. */
  shows(server: number, value: string | null, version: number, atUs: number, level: 'stale' | 'linearizable' = 'stale'): this {
    const id = ++this.#id;
    const input: Input<unknown, unknown> = {
      kind: 'request',
      now: micros(atUs),
      connection: C,
      request: { kind: 'query', id, key, level },
    };
    const result =
      value === null ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'ok', version, value: byteStringFromText(value) };
    this.oracle.onStep(atUs, nodeId(server), input, {}, {}, []);
    const answer = { kind: 'respond', connection: C, response: { kind: 'done', id, result } } as const;
    this.oracle.onStep(atUs, nodeId(server), { kind: 'wake', now: micros(atUs) }, {}, {}, [answer]);
    return this;
  }
}

describe('Stale Reads', () => {
  test('sees a server that shows less than it had shown in the same life', () => {
    const back = new Asked().boot(1).shows(1, 'b', 2, 5).shows(1, 'a', 1, 6);
    expectViolated('Stale Reads', /s1 answered "b" \(version 2\) for key k at 5 us, and "a" \(version 1\) at 6 us, in one life/, () =>
      back.oracle.check(writes, 9),
    );
    const gone = new Asked().boot(1).shows(1, 'b', 2, 5).shows(1, null, 0, 6);
    expectViolated('Stale Reads', /and no such key at 6 us/, () => gone.oracle.check([...writes, deleted(7, 8)], 9));
  });

  test('is content with another server, another life, a deletion in between, and reads that are not stale', () => {
    new Asked().boot(1).boot(2).shows(1, 'b', 2, 5).shows(2, 'a', 1, 6).oracle.check(writes, 9);
    new Asked().boot(1).shows(1, 'b', 2, 5).boot(1).shows(1, 'a', 1, 6).oracle.check(writes, 9);
    new Asked()
      .boot(1)
      .shows(1, 'b', 2, 5)
      .shows(1, null, 0, 6)
      .oracle.check([...writes, deleted(3, 4)], 9);
    new Asked().boot(1).shows(1, 'b', 2, 5).shows(1, 'a', 1, 6, 'linearizable').oracle.check(writes, 9);
  });
});
