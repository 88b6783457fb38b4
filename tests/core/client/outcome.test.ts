import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteStringFromText, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { logIndex, nodeId, NOBODY, type NodeId } from '../../../src/core/base/units.js';
import type { ClientCall, ClientOptions, ClientOutcome } from '../../../src/core/client/calls.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';
import { applyCommand, openStore, readKey, type StoreState } from '../../../src/core/store/store.js';
import type { NodeResponse } from '../../../src/core/wire/protocol.js';
import { Hosted, type Sent } from './hosted.js';

/*
 * The client against servers and a network that do all that they are allowed to do to it. The servers
 * share one store, so each command's effect can be counted at the end: "done" must mean exactly once,
 * "failed" never, "maybe" once at most, and by then every copy still on its way has arrived.
 */

type Act =
  | { readonly kind: 'call'; readonly op: 'set' | 'put' | 'delete' | 'get'; readonly isShort: boolean }
  | { readonly kind: 'serve' | 'refuse' | 'busy' | 'appendOnly' | 'loseRequest' | 'doubleRequest'; readonly pick: number }
  | { readonly kind: 'answer' | 'loseAnswer' | 'doubleAnswer'; readonly pick: number }
  | { readonly kind: 'commitLate'; readonly pick: number }
  | { readonly kind: 'otherClient' | 'sleep' | 'refuseToTheEnd' };

interface Answer {
  readonly from: NodeId;
  readonly response: NodeResponse;
}

const SESSIONS_MAX = 2;
const SERVERS = 3;

class World {
  readonly client: Hosted;
  readonly calls: ClientCall[] = [];
  store: StoreState = openStore({ sessionsMax: SESSIONS_MAX });
  readonly requests: Sent[] = [];
  readonly answers: Answer[] = [];
  /** Commands in a deposed leader's log: they may be committed later. */
  readonly appended: Command[] = [];
  /** How often the value of each call was written, or its key deleted. */
  readonly effects = new Map<number, number>();
  readonly mayDouble: boolean;
  readonly #keepsSessions: boolean;
  #taken = 0;

  constructor(options: ClientOptions, mayDouble: boolean, seed: number, keepsSessions = true) {
    this.mayDouble = mayDouble;
    this.#keepsSessions = keepsSessions;
    this.client = new Hosted({ attemptTimeoutMs: 100, timeLimitMs: 2_000, ...options, mayDouble }, SERVERS, seed);
  }

  act(act: Act): void {
    switch (act.kind) {
      case 'call':
        return this.#call(act.op, act.isShort);
      case 'otherClient':
        this.#apply({ op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 });
        return;
      case 'sleep':
        if (this.client.machine.wakeAt(this.client.state) !== null) this.client.sleep();
        return this.#collect();
      case 'refuseToTheEnd':
        return this.#refuseToTheEnd();
      case 'commitLate': {
        const command = takeFrom(this.appended, act.pick);
        if (command !== undefined) this.#apply(command);
        return;
      }
      case 'answer':
      case 'loseAnswer':
      case 'doubleAnswer':
        return this.#onAnswer(act.kind, act.pick);
      default:
        return this.#onRequest(act.kind, act.pick);
    }
  }

  /** Everything on its way arrives, and from now on all goes well. */
  heal(): void {
    while (this.appended.length > 0) this.act({ kind: 'commitLate', pick: 0 });
    for (let i = 0; i < 500; i++) {
      if (this.requests.length > 0) this.act({ kind: 'serve', pick: 0 });
      else if (this.answers.length > 0) this.act({ kind: 'answer', pick: 0 });
      else if (this.client.machine.wakeAt(this.client.state) !== null) this.act({ kind: 'sleep' });
      else return;
    }
    throw new Error('the client does not come to rest');
  }

  #call(op: ClientCall['op'], isShort: boolean): void {
    const id = this.calls.length + 1;
    const key = byteStringFromText(`key of ${id}`);
    // Each call has a key of its own, so that its effects can be counted; a delete finds its key there.
    if (op === 'delete') this.#apply({ op: 'set', clientId: 0, sequenceNum: 0, key, value: EMPTY, version: 0 });
    const call = { id, op, key, value: valueOf(id), version: 0, ...(isShort ? { timeLimitUs: 150_000 } : {}) };
    this.calls.push(call);
    this.effects.set(id, 0);
    this.client.call(call);
    this.#collect();
  }

  #onRequest(kind: 'serve' | 'refuse' | 'busy' | 'appendOnly' | 'loseRequest' | 'doubleRequest', pick: number): void {
    if (kind === 'doubleRequest') {
      const copied = this.requests[pick % Math.max(1, this.requests.length)];
      if (copied !== undefined && this.mayDouble) this.requests.push(copied);
      return;
    }
    const sent = takeFrom(this.requests, pick);
    if (sent === undefined || kind === 'loseRequest') return;
    const { to, request } = sent;
    const { id } = request;
    const leaderHint = pick % 2 === 0 ? NOBODY : nodeId((pick % SERVERS) + 1);
    if (
      !this.#keepsSessions &&
      request.kind === 'command' &&
      request.command.op === 'registerClient' &&
      kind !== 'refuse' &&
      kind !== 'busy'
    ) {
      this.answers.push({ from: to, response: { kind: 'noSessions', id } });
    } else if (kind === 'busy') this.answers.push({ from: to, response: { kind: 'unavailable', id, reason: 'busy' } });
    else if (kind === 'refuse' || request.kind !== 'command') {
      const result = request.kind === 'query' ? readKey(this.store, request.key) : undefined;
      if (kind === 'refuse' || result === undefined)
        this.answers.push({ from: to, response: { kind: 'notLeader', id, leaderHint, isUncertain: false } });
      else this.answers.push({ from: to, response: { kind: 'done', id, result } });
    } else if (kind === 'appendOnly') {
      this.appended.push(request.command);
      this.answers.push({ from: to, response: { kind: 'notLeader', id, leaderHint, isUncertain: true } });
    } else this.answers.push({ from: to, response: { kind: 'done', id, result: this.#apply(request.command) } });
  }

  #onAnswer(kind: 'answer' | 'loseAnswer' | 'doubleAnswer', pick: number): void {
    const answer = kind === 'doubleAnswer' ? this.answers[pick % Math.max(1, this.answers.length)] : takeFrom(this.answers, pick);
    if (answer === undefined || kind === 'loseAnswer') return;
    this.client.hear(answer.from, answer.response);
    this.#collect();
  }

  /** Every attempt is refused until the call under way is given up; older copies stay on their way. */
  #refuseToTheEnd(): void {
    const call = this.client.state.current;
    for (let i = 0; i < 500 && call !== null && this.client.state.current === call; i++) {
      const at = this.requests.length - 1;
      if (this.requests[at]?.request.id === this.client.state.awaiting) {
        this.act({ kind: 'refuse', pick: at });
        this.act({ kind: 'answer', pick: this.answers.length - 1 });
      } else this.act({ kind: 'sleep' });
    }
  }

  #apply(command: Command): StoreResult {
    const before = readKey(this.store, command.key);
    const { state, result } = applyCommand(this.store, logIndex(this.store.lastApplied + 1), command);
    this.store = state;
    const after = readKey(state, command.key);
    const call = this.calls.find(({ key }) => key === command.key);
    if (call !== undefined && after.version !== before.version) this.effects.set(call.id, (this.effects.get(call.id) ?? 0) + 1);
    return result;
  }

  #collect(): void {
    for (; this.#taken < this.client.sent.length; this.#taken++) this.requests.push(this.client.sent[this.#taken] as Sent);
  }
}

function valueOf(id: number): ByteString {
  return byteStringFromText(`value of ${id}`);
}

function takeFrom<Item>(items: Item[], pick: number): Item | undefined {
  return items.splice(pick % Math.max(1, items.length), 1)[0];
}

/** Kinds of acts that a run may do without (swarm testing): what is rare among all is common among few. */
const OPTIONAL: Act['kind'][] = [
  'serve',
  'refuse',
  'busy',
  'appendOnly',
  'loseRequest',
  'loseAnswer',
  'otherClient',
  'commitLate',
  'refuseToTheEnd',
];

function actsOf(ops: ('set' | 'put' | 'delete' | 'get')[]): fc.Arbitrary<Act[]> {
  const pick = fc.nat({ max: 11 });
  const picked = <Kind extends string>(...kinds: Kind[]) => fc.record({ kind: fc.constantFrom(...kinds), pick });
  const acts = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('call' as const), op: fc.constantFrom(...ops), isShort: fc.boolean() }) },
      { weight: 8, arbitrary: picked('serve', 'serve', 'refuse', 'busy', 'appendOnly', 'loseRequest', 'doubleRequest') },
      { weight: 6, arbitrary: picked('answer', 'answer', 'answer', 'loseAnswer', 'doubleAnswer') },
      { weight: 1, arbitrary: picked('commitLate') },
      { weight: 3, arbitrary: fc.constantFrom<Act[]>({ kind: 'sleep' }, { kind: 'sleep' }, { kind: 'otherClient' }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'refuseToTheEnd' as const }) },
    ),
    { maxLength: 80, size: 'max' },
  );
  return fc.tuple(fc.subarray(OPTIONAL), acts).map(([without, all]) => all.filter(({ kind }) => !without.includes(kind)));
}

/** Runs the acts, heals the world, and holds each outcome against what happened. Returns the outcomes. */
function judge(world: World, acts: readonly Act[]): readonly ClientOutcome[] {
  for (const act of acts) world.act(act);
  world.heal();
  const { outcomes } = world.client;
  expect(outcomes.map(({ id }) => id).sort((a, b) => a - b)).toEqual(world.calls.map(({ id }) => id));
  for (const outcome of outcomes) {
    const call = world.calls[outcome.id - 1] as ClientCall;
    const effects = world.effects.get(outcome.id) ?? 0;
    const what = `call ${outcome.id}, ${call.op}, ${outcome.kind}`;
    if (call.op === 'get') expect(outcome.kind, what).not.toBe('maybe');
    else if (outcome.kind === 'done') expect(effects, what).toBe(outcome.result.status === 'ok' ? 1 : 0);
    else if (outcome.kind === 'failed') expect(effects, what).toBe(0);
    else expect(effects, what).toBeLessThanOrEqual(1);
  }
  return outcomes;
}

const RUNS = { numRuns: 500 };

test.each([true, false])('in a session every outcome is honest; the network doubles: %s', (mayDouble) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(actsOf(['set', 'put', 'delete', 'get']), fc.nat(), (acts, seed) => {
      const world = new World({}, mayDouble, seed);
      for (const { kind } of judge(world, acts)) seen.add(kind);
      for (const note of world.client.notes) seen.add(note);
    }),
    RUNS,
  );
  // A search that never came to these moments has proved nothing.
  for (const moment of ['done', 'failed', 'maybe', 'client-command-repeated', 'client-session-expired']) expect(seen).toContain(moment);
});

test('without sessions every outcome is honest, where the network does not double', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(actsOf(['set', 'put', 'delete', 'get']), fc.nat(), (acts, seed) => {
      for (const { kind } of judge(new World({ useSessions: false }, false, seed), acts)) seen.add(kind);
    }),
    RUNS,
  );
  for (const moment of ['done', 'failed', 'maybe']) expect(seen).toContain(moment);
});

test('with servers that turn out to keep no sessions every outcome is honest', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(actsOf(['set', 'put', 'delete', 'get']), fc.nat(), (acts, seed) => {
      const world = new World({}, false, seed, false);
      for (const { kind } of judge(world, acts)) seen.add(kind);
      for (const note of world.client.notes) seen.add(note);
    }),
    RUNS,
  );
  for (const moment of ['done', 'failed', 'maybe', 'client-goes-without-sessions']) expect(seen).toContain(moment);
});

test('when all goes well again, a call is done', () => {
  fc.assert(
    fc.property(actsOf(['set', 'get']), fc.nat(), (acts, seed) => {
      const world = new World({}, false, seed);
      const outcomes = judge(world, [...acts, { kind: 'sleep' }]);
      world.act({ kind: 'call', op: 'put', isShort: false });
      world.heal();
      expect(outcomes.at(-1)).toMatchObject({ kind: 'done', result: { status: 'ok' } });
    }),
  );
});

/** Freezes a value and all that hangs on it. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

test('a step leaves its arguments as they were, and the same step gives the same result', () => {
  fc.assert(
    fc.property(actsOf(['set', 'put', 'get']), fc.nat(), (acts, seed) => {
      const world = new World({}, true, seed);
      const { client } = world;
      const { machine } = client;
      Object.assign(client, {
        machine: {
          ...machine,
          step: (...args: Parameters<typeof machine.step>) => {
            const first = machine.step(...frozen(args));
            expect(machine.step(...args)).toEqual(first);
            return first;
          },
        },
      });
      for (const act of acts) world.act(act);
      world.heal();
    }),
  );
});
