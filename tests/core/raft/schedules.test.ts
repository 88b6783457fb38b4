import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex, type NodeId } from '../../../src/core/base/units.js';
import { advance, below } from '../../../src/core/base/random.js';
import { closeDraft, openDraft } from '../../../src/core/raft/raft.js';
import type { Envelope, RaftDraft } from '../../../src/core/raft/draft.js';
import type { RaftState } from '../../../src/core/raft/state.js';
import { deepFreeze } from '../../../src/sim/base/deep-freeze.js';
import { Cluster, type Made } from './cluster.js';

/** Everything of a state as text, the entries of its log too, which a class keeps to itself. */
function pictureOf(state: RaftState): string {
  const { log, options: _, ...rest } = state;
  return JSON.stringify({ ...rest, log, entries: log.slice(log.firstIndex, log.lastIndex) });
}

/** Everything that a step asked for, as text. */
function askedBy(draft: RaftDraft, sends: readonly Envelope[]): string {
  const { promises, readyReads, failedReads, installed, truncatedFrom, appendedFrom, moments } = draft;
  return JSON.stringify({ sends, promises, readyReads, failedReads, installed, truncatedFrom, appendedFrom, moments });
}

/** Watches every step of a cluster for what must hold always (Figure 3.2), and keeps the steps to make them again. */
class Watch {
  readonly seen = new Map<string, number>();
  readonly #leaders = new Map<number, NodeId>();
  /** The entry committed at each index, by whoever committed it first, as "term payload". */
  readonly #committed = new Map<number, string>();
  readonly #made: { readonly made: Made; readonly after: string; readonly asked: string }[] = [];
  readonly #readFloors = new Map<number, number>();
  #commitMax = 0;

  constructor(readonly cluster: Cluster) {
    cluster.onStep = (id, made, draft, sends) => this.#judge(id, made, draft, sends);
  }

  #count(name: string): void {
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
  }

  #judge(id: NodeId, made: Made, draft: RaftDraft, sends: readonly Envelope[]): void {
    const { before, after } = made;
    this.#made.push({ made, after: pictureOf(after), asked: askedBy(draft, sends) });
    deepFreeze(after);
    deepFreeze(sends);
    deepFreeze(draft.promises);
    for (const { name } of draft.moments) this.#count(name);
    if (after.role === 'leader') {
      const known = this.#leaders.get(after.currentTerm);
      expect(known ?? id, 'Election Safety: one leader in a term').toBe(id);
      this.#leaders.set(after.currentTerm, id);
      if (before.role !== 'leader') this.#holdsWhatIsCommitted(after);
    }
    for (let index = Math.max(before.commitIndex, after.log.firstIndex - 1) + 1; index <= after.commitIndex; index++)
      this.#commits(after, index);
    for (const token of draft.readyReads) {
      this.#count('read-served');
      expect(after.commitIndex, 'a read sees what was committed anywhere when it was asked').toBeGreaterThanOrEqual(
        this.#readFloors.get(token) as number,
      );
    }
  }

  #commits(after: RaftState, index: number): void {
    const held = after.log.entryAt(logIndex(index));
    const entry = `${held.term} ${String(held.payload)}`;
    const known = this.#committed.get(index);
    if (known === undefined) {
      this.#committed.set(index, entry);
      this.#count('committed');
      const holders = this.cluster.ids.filter((id) => {
        const { log, snapshot } = this.cluster.durable(id);
        return log.termAt(logIndex(index)) === held.term || (snapshot !== null && snapshot.lastIndex >= index);
      });
      expect(holders.length * 2, 'what is committed is durable on a majority').toBeGreaterThan(this.cluster.ids.length);
    } else {
      expect(entry, 'State Machine Safety: one entry is committed at an index').toBe(known);
    }
    this.#commitMax = Math.max(this.#commitMax, index);
  }

  #holdsWhatIsCommitted({ log }: RaftState): void {
    for (const [index, entry] of this.#committed) {
      if (index < log.firstIndex) continue;
      expect(index, 'Leader Completeness: a leader holds all that is committed').toBeLessThanOrEqual(log.lastIndex);
      const held = log.entryAt(logIndex(index));
      expect(`${held.term} ${String(held.payload)}`).toBe(entry);
    }
  }

  asksToRead(token: number): void {
    this.#readFloors.set(token, this.#commitMax);
  }

  /** Log Matching: where two logs agree in a term they agree in everything before. */
  expectLogsMatch(): void {
    const logs = this.cluster.ids.map((id) => this.cluster.state(id).log);
    for (const one of logs) {
      for (const other of logs) {
        let index = Math.min(one.lastIndex, other.lastIndex);
        const first = Math.max(one.firstIndex, other.firstIndex);
        while (index >= first && one.termAt(logIndex(index)) !== other.termAt(logIndex(index))) index--;
        for (; index >= first; index--) expect(one.entryAt(logIndex(index)), 'Log Matching').toEqual(other.entryAt(logIndex(index)));
      }
    }
  }

  /** Every step made again, from the state as it is kept now, gives the same: so no later step wrote into it. */
  expectRepeatable(): void {
    for (const { made, after, asked } of this.#made) {
      expect(pictureOf(made.after), 'a state is never written to').toBe(after);
      const sends: Envelope[] = [];
      const draft = openDraft(made.before, made.now as never, sends);
      made.change(draft);
      expect(pictureOf(closeDraft(draft)), 'same state and input, same result').toBe(after);
      expect(askedBy(draft, sends), 'same state and input, same effects').toBe(asked);
    }
  }
}

/** Some hundred events, of which mail that arrives is the most frequent, in an order drawn from one number. */
function live(size: number, seed: number, events: number): Watch {
  const cluster = new Cluster({ size, seed, isDiskInstant: seed % 3 === 0, options: { entriesPerMessageMax: 3, inflightMessagesMax: 2 } });
  const watch = new Watch(cluster);
  let random = seed;
  const draw = (bound: number): number => below((random = advance(random)), bound);
  for (let event = 0; event < events; event++) {
    const id = cluster.ids[draw(size)] as NodeId;
    const lead = cluster.leader?.self ?? id;
    const fate = draw(1_000);
    const at = draw(4) === 0 ? draw(Math.max(cluster.mail.length, 1)) : 0;
    cluster.now += draw(20);
    if (fate < 550) cluster.deliver(at);
    else if (fate < 700) cluster.flush(id);
    else if (fate < 740) cluster.mail.splice(at, 1);
    else if (fate < 770) cluster.mail.push(...cluster.mail.slice(at, at + 1));
    else if (fate < 850) cluster.propose(lead, `p${event}`);
    else if (fate < 880) {
      watch.asksToRead(event);
      cluster.read(draw(3) === 0 ? id : lead, event);
    } else if (fate < 960) cluster.wakeIfDue(id);
    else if (fate < 970) cluster.pass(500);
    else if (fate < 976) cluster.crash(id);
    else if (fate < 982) cluster.compact(id);
    else if (fate < 987) cluster.isolate(id);
    else cluster.heal();
    if (event % 20 === 0) watch.expectLogsMatch();
  }
  return watch;
}

/** Peace: nothing is lost, and whoever is due is woken, first come first. */
function heal(cluster: Cluster): void {
  cluster.heal();
  for (let i = 0; i < 4_000; i++) {
    for (const id of cluster.ids) cluster.flush(id);
    if (cluster.mail.length > 0) cluster.deliver(0);
    else cluster.pass(20);
    for (const id of cluster.ids) cluster.wakeIfDue(id);
  }
}

describe('in any schedule of loss, doubling, reordering, slow disks, crashes and partitions', () => {
  test('the rules of Figure 3.2 hold, states stay values, and the servers agree when peace comes', { timeout: 60_000 }, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 5 }), fc.integer({ min: 1, max: 1_000_000 }), (size, seed) => {
        const watch = live(size, seed, 1_200);
        const { cluster } = watch;
        watch.expectRepeatable();
        heal(cluster);
        watch.expectLogsMatch();
        expect(cluster.leader, 'someone leads in peace').toBeDefined();
        const commits = cluster.ids.map((id) => cluster.state(id).commitIndex);
        expect(new Set(commits).size, `all have committed the same: ${commits.join()}`).toBe(1);
        expect(commits[0]).toBe(cluster.leader?.log.lastIndex);
        for (const [name, count] of watch.seen) seen.set(name, (seen.get(name) ?? 0) + count);
      }),
      { seed: 1, numRuns: 20 },
    );
    // A search that met nothing proves nothing.
    const met = [
      'leader-elected',
      'leader-deposed-with-uncommitted-entries',
      'committed',
      'read-served',
      'reads-failed-on-step-down',
      'follower-truncated-conflicting-tail',
      'snapshot-sent',
      'snapshot-installed',
      'lost-entries-resent',
      'append-rejected',
      'old-term-entry-on-majority',
      'pre-vote-refused',
      'read-waited-for-next-round',
    ];
    expect(
      met.filter((name) => !seen.has(name)),
      [...seen].join(' '),
    ).toEqual([]);
  });
});
