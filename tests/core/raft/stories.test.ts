import { expect, test } from 'vitest';
import { Cluster } from './cluster.js';
import { A, B, C, D, E, termsOf } from './server.js';

/** The story as text, kept in tests/golden. Whoever updates one says in the commit why its lines changed. */
const expectTold = (cluster: Cluster, name: string): Promise<void> =>
  expect(`${cluster.lines.join('\n').trim()}\n`).toMatchFileSnapshot(`../../golden/${name}.txt`);

test('an election: asked first, then stood for, and the first entry of the term commits', async () => {
  const cluster = new Cluster({ size: 3 });
  cluster.say('s1 hears no leader and asks whether it could win');
  cluster.elect(A);
  cluster.say('a heartbeat tells the others what is committed');
  cluster.beat(A);
  expect(cluster.ids.map((id) => cluster.state(id).commitIndex)).toEqual([1, 1, 1]);
  cluster.say("s3, cut off for a while, asks in vain: nobody's term changes");
  cluster.isolate(C);
  cluster.wake(C);
  cluster.heal();
  cluster.beat(A);
  expect(cluster.ids.map((id) => cluster.state(id).currentTerm)).toEqual([1, 1, 1]);
  await expectTold(cluster, 'raft-election');
});

test('a log is repaired after a partition: what only the old leader held is cut off', async () => {
  const cluster = new Cluster({ size: 3 });
  cluster.say('s1 leads and all hold the same');
  cluster.elect(A);
  cluster.propose(A, 'both');
  cluster.settle();
  cluster.beat(A);
  cluster.say('s1 is cut off and goes on taking commands');
  cluster.isolate(A);
  for (const payload of ['lost-1', 'lost-2', 'lost-3']) cluster.propose(A, payload);
  cluster.say('s2 takes over and commits another');
  cluster.elect(B);
  cluster.propose(B, 'kept');
  cluster.settle();
  cluster.say('the network heals, and the next heartbeats repair s1');
  cluster.heal();
  cluster.beat(B, 3);
  expect(cluster.ids.map((id) => termsOf(cluster.state(id).log))).toEqual([
    [1, 1, 2, 2],
    [1, 1, 2, 2],
    [1, 1, 2, 2],
  ]);
  expect(cluster.ids.map((id) => cluster.state(id).commitIndex)).toEqual([4, 4, 4]);
  await expectTold(cluster, 'raft-log-repair');
});

test('Figure 3.8: an entry of an older term on a majority is not committed, and may still be overwritten', async () => {
  const cluster = new Cluster({ size: 5, options: { entriesPerMessageMax: 1 } });
  const only = (...side: readonly (typeof A)[]): void => {
    cluster.heal();
    cluster.isolate(...side);
  };
  cluster.say('s1 leads term 1, and all hold its first entry');
  cluster.elect(A);
  cluster.beat(A);
  cluster.say('(a) s1 reaches only s2 with entry 2');
  only(A, B);
  cluster.propose(A, 'two');
  cluster.settle();
  cluster.crash(A);
  cluster.say('(b) s5 leads term 2 by the votes of s3 and s4, and reaches nobody with its entries');
  only(C, D, E);
  cluster.pass(2_000);
  cluster.wake(E);
  cluster.settleUntilLeads(E);
  only(E);
  cluster.beat(E);
  cluster.crash(E);
  cluster.say('(c) s1 leads term 3 and brings entry 2 of term 1 to a majority: s1, s2, s3. Nothing is committed');
  only(A, B, C);
  // Its first question is refused by s3, from which it learns of term 2.
  cluster.elect(A);
  cluster.pass(2_000);
  cluster.wake(A);
  cluster.settleUntilLeads(A);
  while (!cluster.lines.includes('  s1 old-term-entry-on-majority')) cluster.settleNext();
  expect(cluster.state(C).log.lastIndex).toBe(2);
  expect(cluster.state(A).commitIndex).toBe(0);
  cluster.mail = [];
  cluster.crash(A);
  cluster.say('(d) s5 leads again, and overwrites entry 2 everywhere: nobody was promised it');
  only(B, C, D, E);
  cluster.pass(2_000);
  cluster.elect(E);
  if (cluster.state(E).role !== 'leader') cluster.elect(E);
  expect(cluster.state(E).role).toBe('leader');
  cluster.beat(E, 2);
  cluster.heal();
  cluster.beat(E, 2);
  expect(new Set(cluster.ids.map((id) => termsOf(cluster.state(id).log).join())).size).toBe(1);
  expect(cluster.state(A).log.termAt(2 as never)).toBe(2);
  await expectTold(cluster, 'raft-figure-3-8');
});
