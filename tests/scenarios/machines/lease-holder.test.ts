import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  leaseHolder,
  holdsLease,
  readableUs,
  type LeaseMessage,
  type LeaseOptions,
  type LeaseState,
} from '../../../scenarios/machines/lease-holder.js';
import { byteStringFromText, connectionId, EMPTY, micros, nodeId } from 'seedstorm/core';
import type { Command, Effect, Input, NodeId, NodeRequest, NodeResponse } from 'seedstorm/core';

const LEASE_US = 100_000;
const OPTIONS: LeaseOptions = { leaseUs: LEASE_US, beatUs: 20_000, trustedPpm: 10_000 };
const [A, B, C] = [1, 2, 3].map(nodeId) as [NodeId, NodeId, NodeId];
const KEY = byteStringFromText('k');
const machine = leaseHolder(OPTIONS);

type LeaseEffect = Effect<LeaseMessage, NodeResponse>;

/** Three servers, each with a clock that only the test moves, and messages that only the test delivers. */
class Three {
  readonly states = new Map<NodeId, LeaseState>();
  readonly nows = new Map<NodeId, number>([
    [A, 0],
    [B, 0],
    [C, 0],
  ]);
  readonly effects = new Map<NodeId, readonly LeaseEffect[]>();

  constructor() {
    for (const id of [A, B, C])
      this.states.set(id, machine.init({ self: id, members: [A, B, C], past: 'unknown', now: micros(0), seed: id }).state);
  }

  state(id: NodeId): LeaseState {
    return this.states.get(id) as LeaseState;
  }

  now(id: NodeId) {
    return micros(this.nows.get(id) as number);
  }

  give(id: NodeId, input: Input<LeaseMessage, NodeRequest>): readonly LeaseEffect[] {
    const before = structuredClone(this.state(id).log);
    const { state, effects } = machine.step(this.state(id), input);
    expect(this.state(id).log).toEqual(before);
    this.states.set(id, state);
    this.effects.set(id, effects);
    return effects;
  }

  wake(id: NodeId): readonly LeaseEffect[] {
    return this.give(id, { kind: 'wake', now: this.now(id) });
  }

  /** What `from` sent in its last step reaches `to`. */
  deliver(from: NodeId, to: NodeId): readonly LeaseEffect[] {
    const sent = (this.effects.get(from) ?? []).find((effect) => effect.kind === 'send' && effect.to === to);
    expect(sent, `s${from} sent nothing to s${to}`).toBeDefined();
    if (sent?.kind !== 'send') return [];
    return this.give(to, { kind: 'message', now: this.now(to), from, message: sent.message });
  }

  ask(id: NodeId, request: NodeRequest): readonly NodeResponse[] {
    return responsesOf(this.give(id, { kind: 'request', now: this.now(id), connection: connectionId(9), request }));
  }

  read(id: NodeId): NodeResponse | undefined {
    return this.ask(id, { kind: 'query', id: 7, key: KEY })[0];
  }

  /** Lets `id` become the holder by the votes of itself and `voter`. */
  elect(id: NodeId, voter: NodeId): void {
    this.nows.set(id, this.state(id).nextAt);
    this.wake(id);
    this.deliver(id, voter);
    this.deliver(voter, id);
    this.deliver(id, voter);
    this.deliver(voter, id);
  }
}

const responsesOf = (effects: readonly LeaseEffect[]): readonly NodeResponse[] =>
  effects.flatMap((effect) => (effect.kind === 'respond' ? [effect.response] : []));
const set = (value: string): Command => ({
  op: 'set',
  clientId: 0,
  sequenceNum: 0,
  key: KEY,
  value: byteStringFromText(value),
  version: 0,
});
const value = (text: string) => ({ kind: 'done', result: { status: 'ok', value: byteStringFromText(text) } });

describe('a lease', () => {
  test('that ends by readableUs after it was sent ends before any word that was given for it, whatever two clocks do within the bound', () => {
    const bound = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 10_000_000 }),
        bound,
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (leaseUs, trustedPpm, holder, grantor) => {
          const worldUs = (span: number, share: number): number => span / (1 + (share * trustedPpm) / 1_000_000);
          expect(worldUs(readableUs({ leaseUs, beatUs: 1, trustedPpm }), holder)).toBeLessThan(worldUs(leaseUs, grantor));
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('begins when a majority accepted, and counts from the sending', () => {
    const three = new Three();
    three.elect(A, B);
    const sentAt = three.now(A);
    expect(three.state(A)).toMatchObject({ role: 'holder', leaseUntil: sentAt + readableUs(OPTIONS) });
    three.nows.set(A, three.state(A).leaseUntil - 1);
    expect(three.read(A)).toMatchObject({ kind: 'done', result: { status: 'noKey' } });
    three.nows.set(A, three.state(A).leaseUntil);
    expect(three.read(A)).toMatchObject({ kind: 'unavailable', reason: 'no lease' });
    expect(holdsLease(three.state(A), three.now(A))).toBe(false);
  });

  test('is renewed by a beat that a majority accepts, and not by one that arrived late', () => {
    const three = new Three();
    three.elect(A, B);
    three.nows.set(A, three.state(A).nextAt);
    three.wake(A);
    const sentAt = three.now(A);
    three.deliver(A, B);
    three.nows.set(A, sentAt + 50_000);
    three.deliver(B, A);
    expect(three.state(A).leaseUntil).toBe(sentAt + readableUs(OPTIONS));
    three.deliver(B, A);
    expect(three.state(A).leaseUntil).toBe(sentAt + readableUs(OPTIONS));
  });

  test('keeps whoever gave its word from hearing another until its own clock says that it is over', () => {
    const three = new Three();
    three.elect(A, B);
    three.nows.set(C, three.state(C).nextAt);
    three.wake(C);
    three.nows.set(B, LEASE_US - 1);
    expect(three.deliver(C, B)).toEqual([]);
    three.nows.set(B, LEASE_US);
    expect(three.deliver(C, B)).toMatchObject([{ kind: 'send', to: C, message: { kind: 'promise' } }]);
  });

  test('is held by two at once when the clock of whoever gave its word jumps, and the older one answers with an old value', () => {
    const three = new Three();
    three.elect(A, B);
    three.ask(A, { kind: 'command', id: 1, command: set('old') });
    three.deliver(A, B);
    three.deliver(B, A);
    expect(three.read(A)).toMatchObject(value('old'));
    three.nows.set(B, three.now(B) + 10 * LEASE_US);
    three.elect(C, B);
    three.ask(C, { kind: 'command', id: 2, command: set('new') });
    three.deliver(C, B);
    expect(responsesOf(three.deliver(B, C))).toMatchObject([{ id: 2, result: { status: 'ok' } }]);
    expect([holdsLease(three.state(A), three.now(A)), holdsLease(three.state(C), three.now(C))]).toEqual([true, true]);
    expect(three.read(A)).toMatchObject(value('old'));
    expect(three.read(C)).toMatchObject(value('new'));
  });
});

describe('a write', () => {
  test('is taken over by the next holder if a majority accepted it, and refused to one that others left behind, whatever clocks do', () => {
    const three = new Three();
    three.elect(A, B);
    three.ask(A, { kind: 'command', id: 1, command: set('accepted') });
    three.deliver(A, B);
    three.nows.set(B, three.now(B) + 10 * LEASE_US);
    three.elect(C, B);
    expect(three.state(C)).toMatchObject({ committed: 1, log: [set('accepted')] });
    three.ask(A, { kind: 'command', id: 2, command: set('too late') });
    expect(three.deliver(A, B)).toMatchObject([{ message: { kind: 'refuse' } }]);
    expect(responsesOf(three.deliver(B, A))).toMatchObject([
      { kind: 'notLeader', id: 1, isUncertain: true },
      { kind: 'notLeader', id: 2, isUncertain: true },
    ]);
    expect(three.state(A).role).toBe('follower');
  });

  test('sent to who does not hold is refused with a hint, and is certainly not done', () => {
    const three = new Three();
    three.elect(A, B);
    expect(three.ask(B, { kind: 'command', id: 3, command: set('x') })).toEqual([
      { kind: 'notLeader', id: 3, leaderHint: A, isUncertain: false },
    ]);
    three.nows.set(B, 10 * LEASE_US);
    expect(three.ask(B, { kind: 'command', id: 4, command: set('x') })).toMatchObject([{ leaderHint: 0 }]);
  });

  test('that an overtaken message leaves out stays accepted', () => {
    const three = new Three();
    three.elect(A, B);
    three.ask(A, { kind: 'command', id: 1, command: { ...set('one'), value: EMPTY } });
    const older = three.effects.get(A) ?? [];
    three.ask(A, { kind: 'command', id: 2, command: set('two') });
    three.deliver(A, B);
    three.effects.set(A, older);
    three.deliver(A, B);
    expect(three.state(B).log).toHaveLength(2);
  });
});

test('who was deposed gives way at once to a holder that a majority follows', () => {
  const three = new Three();
  three.elect(A, B);
  three.nows.set(B, 10 * LEASE_US);
  three.elect(C, B);
  three.nows.set(C, three.state(C).nextAt);
  three.wake(C);
  three.deliver(C, A);
  expect(three.state(A)).toMatchObject({ role: 'follower', grantedTo: C, leaseUntil: 0 });
});

test('a lease that is never renewed in time is refused', () => {
  expect(() => leaseHolder({ ...OPTIONS, beatUs: LEASE_US })).toThrow('a lease is renewed before it ends');
});
