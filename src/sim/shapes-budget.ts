import type { LogIndex, NodeId, Term } from '../core/base/units.js';
import { LOOKS_MAX, anyUp, shuffled, strike, up, watchFor, type Shape } from './aim.js';
import type { BudgetHarmName } from './disk-harms.js';
import { tellDamage } from './disk-shapes.js';
import { rotAnywhere, rotCoveredByte } from './rot.js';
import type { Striker } from './striker.js';

/** Irrational steps, so that one draw serves several servers with places that have nothing to do with each other. */
const STEP = 0.618_033_988_749;
const OTHER_STEP = 0.381_966_011_25;

/** Shapes that damage as much as the run promises to survive, and no more. */
export const BUDGET_SHAPES: Readonly<Record<BudgetHarmName, Shape>> = {
  latentRot: (striker, blow) => {
    strike(anyUp(striker, blow.who), (server) => {
      if (!striker.damage(server, (disk) => rotAnywhere(disk, blow.other, blow.how))) return;
      striker.coverage.mark('latent-rot');
      tellDamage(striker, server);
      cutPowerLater(striker, [server], blow.lastsUs);
    });
  },

  rotTogether: (striker, blow) => {
    const struck = shuffled(up(striker), blow.who).filter((server, i) =>
      striker.damage(server, (disk) => rotAnywhere(disk, (blow.other + i * STEP) % 1, (blow.how + i * OTHER_STEP) % 1)));
    if (struck.length >= 2) striker.coverage.mark('disks-rotted-together');
    for (const server of struck) tellDamage(striker, server);
    cutPowerLater(striker, struck, blow.lastsUs);
  },

  rotToLastCopy: (striker, blow) => {
    if (striker.budget.spare <= 0) return;
    watchFor(striker, LOOKS_MAX, () => {
      const newest = newestCommitted(striker);
      if (newest === null || !isOnFewLogs(striker, newest)) return false;
      const holders = shuffled(holdersOf(striker, newest), blow.who);
      // Who is down keeps its good copy on a disk that nobody works with: it may be the one that is left.
      const victims = holders.filter((server) => striker.cluster.world.process(server).isUp).slice(0, holders.length - 1);
      if (victims.length < holders.length - 1 || victims.length === 0 || victims.length > striker.budget.spare) return false;
      const struck = victims.filter((server, i) => striker.damage(server, (disk) => rotCoveredByte(disk, (blow.other + i * STEP) % 1, blow.how)));
      if (holdersOf(striker, newest).length === 1) striker.coverage.mark('last-good-copy');
      for (const server of struck) {
        tellDamage(striker, server);
        striker.crash(server, false, blow.lastsUs);
      }
      return true;
    });
  },
};

interface Committed {
  readonly index: LogIndex;
  readonly term: Term;
}

/** The newest entry that any server knows to be committed; null where there is none. */
function newestCommitted({ cluster }: Striker): Committed | null {
  let newest: Committed | null = null;
  for (const server of cluster.servers) {
    const raft = cluster.view(server)?.raft;
    if (raft === undefined || raft.commitIndex <= (newest?.index ?? 0)) continue;
    newest = { index: raft.commitIndex, term: raft.log.termAt(raft.commitIndex) };
  }
  return newest !== null && newest.term > 0 ? newest : null;
}

/** Whether so few of the servers that are up have it in their logs that the budget may reach to its last copy. A cheap look. */
function isOnFewLogs({ cluster, budget }: Striker, { index, term }: Committed): boolean {
  const count = cluster.servers.filter((server) => cluster.view(server)?.raft.log.termAt(index) === term).length;
  return count >= 2 && count <= Math.floor((cluster.servers.length - 1) / 2) + 1 && count - 1 <= budget.spare;
}

/** The servers whose disks have a good copy of an entry. */
function holdersOf({ budget }: Striker, { index, term }: Committed): readonly NodeId[] {
  return budget.whole().filter((server) => budget.remembered(server)?.holds(index, term) === true);
}

/** After so long each of them loses its power, if it lives; and starts again after as long. */
function cutPowerLater(striker: Striker, servers: readonly NodeId[], afterUs: number): void {
  striker.later(afterUs, () => {
    for (const server of servers) striker.crash(server, false, afterUs);
  });
}
