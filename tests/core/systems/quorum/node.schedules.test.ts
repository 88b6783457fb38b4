import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromMs } from '../../../../src/core/base/units.js';
import { checkLinearizability } from '../../../../src/sim/checkers/linearizability.js';
import { kv } from '../../../../src/sim/checkers/models/kv.js';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { command, get, OPTIONS, quorumOf, type Quorum } from './quorum.js';

/*
 * Servers against a network, disks and a power supply that do whatever they are allowed to do, in any order. With W + R > N what
 * clients saw must be explained by one key that changes at one moment for each operation (src/sim/checkers, the kv model).
 */

type Act =
  | { readonly kind: 'write'; readonly op: 'set' | 'delete' | 'put'; readonly version: number }
  | { readonly kind: 'read' | 'disk' | 'kill' | 'cutPower' | 'boot'; readonly server: number }
  | { readonly kind: 'deliver' | 'lose' | 'double'; readonly pick: number }
  | { readonly kind: 'sleep'; readonly ms: number };

interface Called {
  readonly op: 'set' | 'put' | 'delete' | 'get';
  readonly value: string | null;
  readonly version: number | null;
  readonly callUs: number;
  readonly answer: { readonly operation: Partial<Operation> | null; readonly atUs: number } | null;
}

class World {
  readonly servers: Quorum;
  readonly calls = new Map<number, Called>();
  moment = 0;
  #chance = 0;
  readonly #count: number;

  constructor(count: number, writeQuorum: number, readQuorum: number) {
    this.#count = count;
    this.servers = quorumOf(count, {
      writeQuorum,
      readQuorum,
      timeoutUs: fromMs(200),
      resendUs: fromMs(50),
      sweepUs: fromMs(0),
      journal: { ...OPTIONS.journal, snapshotEveryEntries: 4 },
    });
  }

  act(act: Act): void {
    this.moment++;
    const { servers } = this;
    switch (act.kind) {
      case 'write': {
        const value = `v${this.moment}`;
        if (servers.isUp(1)) this.#call(1, act.op, act.op === 'delete' ? null : value, act.op === 'put' ? act.version : null);
        break;
      }
      case 'read':
        if (servers.isUp(this.#id(act.server))) this.#call(this.#id(act.server), 'get', null, null);
        break;
      case 'disk':
        servers.disk(this.#id(act.server));
        break;
      case 'kill':
        servers.crash(this.#id(act.server));
        break;
      case 'cutPower':
        servers.crash(this.#id(act.server), () => (this.#chance = (this.#chance + 0.377) % 1));
        break;
      case 'boot':
        if (!servers.isUp(this.#id(act.server))) servers.boot(this.#id(act.server));
        break;
      case 'deliver':
        servers.deliver(this.#place(act.pick));
        break;
      case 'lose':
        servers.flying.splice(this.#place(act.pick), 1);
        break;
      case 'double': {
        const sent = servers.flying[this.#place(act.pick)];
        if (sent !== undefined) servers.flying.push(sent);
        break;
      }
      case 'sleep':
        servers.sleep(act.ms, () => undefined);
        break;
    }
    this.#collect();
  }

  /** All are up, nothing is lost any more, and each is asked once more. */
  end(): void {
    for (const id of this.servers.members) if (!this.servers.isUp(id)) this.servers.boot(id);
    this.servers.run();
    this.servers.sleep(1_000);
    for (const id of this.servers.members) this.act({ kind: 'read', server: id - 1 });
    this.servers.run();
    this.moment++;
    this.#collect();
  }

  operations(): readonly Operation[] {
    return [...this.calls].flatMap(([id, { op, value, version, callUs, answer }]) => {
      const asked: Operation = {
        clientId: id,
        key: 'k',
        op,
        value,
        version,
        expected: null,
        outcome: 'unknown',
        resultValue: null,
        resultVersion: null,
        callUs,
        returnUs: null,
      };
      if (answer === null) return [asked];
      return answer.operation === null ? [] : [{ ...asked, ...answer.operation }];
    });
  }

  #call(id: number, op: 'set' | 'put' | 'delete' | 'get', value: string | null, version: number | null): void {
    const asked = op === 'get' ? get : command(op, value ?? '', version ?? 0);
    this.calls.set(this.servers.ask(id, asked), { op, value, version, callUs: this.moment * 10, answer: null });
  }

  /** What was answered by now. A `maybe` stays unknown; what was refused certainly did nothing and saw nothing. */
  #collect(): void {
    const atUs = this.moment * 10 + 5;
    for (const [id, called] of this.calls) {
      const answer = this.servers.answers.get(id);
      if (called.answer !== null || answer === undefined || answer.kind === 'maybe') continue;
      if (answer.kind !== 'done') {
        this.calls.set(id, { ...called, answer: { operation: null, atUs } });
        continue;
      }
      const { status, value, version } = answer.result;
      if (status === 'sessionExpired') throw new Error('there are no sessions');
      const tellsVersion = status === 'ok' || status === 'versionConflict';
      const operation = {
        outcome: status,
        resultValue: called.op === 'get' && status === 'ok' ? value : null,
        resultVersion: tellsVersion ? version : null,
        returnUs: atUs,
      };
      this.calls.set(id, { ...called, answer: { operation, atUs } });
    }
  }

  #id(server: number): number {
    return (server % this.#count) + 1;
  }

  #place(pick: number): number {
    const { length } = this.servers.flying;
    return length === 0 ? 0 : pick % length;
  }
}

const server = fc.nat({ max: 4 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      op: fc.constantFrom('set', 'set', 'delete', 'put' as const),
      version: fc.nat({ max: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), server }) },
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('disk' as const), server }) },
  { weight: 22, arbitrary: fc.record({ kind: fc.constant('deliver' as const), pick: fc.nat({ max: 30 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('lose', 'double' as const), pick: fc.nat({ max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'cutPower' as const), server }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('boot' as const), server }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.constantFrom(20, 60, 250) }) },
);

test.each([
  [3, 2, 2],
  [3, 3, 1],
  [3, 1, 3],
  [3, 3, 2],
  [5, 3, 3],
  [5, 4, 2],
  [5, 2, 4],
])('of %i servers with W=%i and R=%i what clients see is linearizable', (count, writeQuorum, readQuorum) => {
  let [answered, unknown, written] = [0, 0, 0];
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 160 }), (acts) => {
      const world = new World(count, writeQuorum, readQuorum);
      for (const each of acts) world.act(each);
      world.end();
      const operations = world.operations();
      expect(checkLinearizability(operations, kv).verdict).not.toBe('failed');
      answered += operations.filter(({ outcome }) => outcome !== 'unknown').length;
      unknown += operations.filter(({ outcome }) => outcome === 'unknown').length;
      written += operations.filter(({ op, outcome }) => op !== 'get' && outcome === 'ok').length;
    }),
    { seed: 1, numRuns: 150 },
  );
  expect(Math.min(answered, unknown, written)).toBeGreaterThan(50);
});

test('with W + R <= N a stale read is found within a few schedules', () => {
  const isStale = (acts: readonly Act[]): boolean => {
    const world = new World(3, 1, 1);
    for (const each of acts) world.act(each);
    return checkLinearizability(world.operations(), kv).verdict === 'failed';
  };
  const found = fc.sample(fc.array(act, { minLength: 40, maxLength: 160 }), { seed: 1, numRuns: 60 }).filter(isStale);
  expect(found.length).toBeGreaterThan(0);
});
