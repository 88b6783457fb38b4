import type { NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { DISK_LOOKS, anyUp, hit } from '../base/targets.js';
import type { Lie } from '../../disk/pending-faults.js';
import { shortenAnywhere } from './damage-places.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/** Disks that lie about a sync, or lose what they held. */

const MARK_OF = {
  stale: 'sector-stale',
  misdirected: 'write-misdirected',
  junk: 'sector-junk',
  shorn: 'sector-shorn',
} as const satisfies Record<Lie['kind'], string>;

export const diskStale = family({
  name: 'diskStale',
  sentence: 'A sync that ended well left a sector as it had been.',
  details:
    'The next file sync that changes a durable sector ends well, and one of the sectors that it changed holds what it held ' +
    'before, zeros if nothing. The page cache shows the new bytes until the power goes.',
  models: 'a lost write: acknowledged by a drive and never done',
  group: 'damage',
  every: [1_500, 9_000],
  lasts: [50, 500],
  lastsMeans: 'from the power loss to the restart',
  needs: ['files'],
  strike: (injector, strike) => hit(anyToLose(injector, strike.who), (server) => lie(injector, server, 'stale', strike)),
});

export const diskMisdirected = family({
  name: 'diskMisdirected',
  sentence: 'As with diskStale, and the new bytes are in the place of some other sector.',
  details: "The same, and the new bytes lie in the place of some other sector of the disk, as far as that one's file reaches.",
  models: 'a write with a wrong address: Bairavasundaram et al., FAST 2008',
  group: 'damage',
  every: [1_500, 9_000],
  lasts: [50, 500],
  lastsMeans: 'from the power loss to the restart',
  needs: ['files'],
  strike: (injector, strike) => hit(anyToLose(injector, strike.who), (server) => lie(injector, server, 'misdirected', strike)),
});

export const diskJunk = family({
  name: 'diskJunk',
  sentence: 'A sync that ended well left junk in a sector.',
  details: 'As with `diskStale`, and the sector holds bytes that nobody wrote, instead of what it held before.',
  models:
    'a sector that was allocated and never written, as after a crash of a file system that journals names alone; the blocks of a drive that died while it wrote',
  group: 'damage',
  every: [1_500, 9_000],
  lasts: [50, 500],
  lastsMeans: 'from the power loss to the restart',
  needs: ['files'],
  strike: (injector, strike) => hit(anyToLose(injector, strike.who), (server) => lie(injector, server, 'junk', strike)),
});

export const diskShorn = family({
  name: 'diskShorn',
  sentence: 'A sync that ended well wrote only the beginning of a sector.',
  details:
    'As with `diskStale`, and the sector begins with the new bytes, up to somewhere among those that changed, and goes on with the old ones.',
  models: 'shorn writes: Zheng et al., *Understanding the Robustness of SSDs under Power Fault*, FAST 2013',
  group: 'damage',
  every: [1_500, 9_000],
  lasts: [50, 500],
  lastsMeans: 'from the power loss to the restart',
  needs: ['files'],
  strike: (injector, strike) => hit(anyToLose(injector, strike.who), (server) => lie(injector, server, 'shorn', strike)),
});

export const diskShortened = family({
  name: 'diskShortened',
  sentence: 'A file ends before the end of what had been synced.',
  details:
    'A durable file loses its end, from where it ended after one of its last syncs on in half of the strikes, else from any byte on, and the power goes. ' +
    'A server that cannot notice it stays out, unless nobody relied on what is missing.',
  models: 'a length that was never written back: a repair of the file system that cuts files, a truncated copy of a volume',
  group: 'damage',
  every: [1_500, 9_000],
  lasts: [50, 1_000],
  lastsMeans: 'until the restart',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyUp(injector, strike.who), (server) => {
      if (!injector.damage(server, (disk, recovery) => shortenAnywhere(disk, recovery, strike.other, strike.how))) return;
      injector.coverage.mark('file-shortened');
      injector.crash(server, false, strike.lastsUs);
    }),
});

export const diskLoss = family({
  name: 'diskLoss',
  sentence: 'A disk and all that was on it is gone.',
  details: 'The power goes and every file and name is gone. The server stays out, unless nobody ever relied on it.',
  models: 'a drive that died, a volume that was deleted',
  group: 'damage',
  every: [3_000, 9_000],
  lasts: [0, 0],
  lastsMeans: 'for good',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyToLose(injector, strike.who), (server) => {
      injector.coverage.mark('disk-lost');
      takeOut(injector, server);
      injector.cluster.world.wipeDisk(server);
      injector.noteBudget();
    }),
});

export const diskOldCopy = family({
  name: 'diskOldCopy',
  sentence: 'A disk is put back to what it held a while ago.',
  details:
    "After the strike\'s span the power goes, and the disk holds exactly what was durable at its beginning. The server starts again " +
    'only if that is all it promised.',
  models: 'a restored backup or machine image',
  group: 'damage',
  every: [2_000, 9_000],
  lasts: [500, 4_000],
  lastsMeans: 'the age of the copy, and again until the restart',
  needs: ['files'],
  strike: (injector, strike) => {
    const server = anyToLose(injector, strike.who);
    if (server === undefined) return;
    const { world } = injector.cluster;
    const image = world.disk(server).image();
    const takenUs = world.nowUs;
    injector.later(strike.lastsUs, () => {
      if (!injector.mayLose(server)) return;
      injector.coverage.mark('old-disk-came-back');
      takeOut(injector, server);
      world.putBackDisk(server, image, takenUs);
      injector.noteBudget();
      // Only a copy that still holds all that was promised since gets a next life.
      injector.later(strike.lastsUs, () => injector.restart(server));
    });
  },
});

export const diskForgetsNames = family({
  name: 'diskForgetsNames',
  sentence: 'For a while syncs of a directory end well and keep no name.',
  details:
    'Each `syncDirectory` ends well and leaves every change of names pending. Then the power goes, and each pending name is ' +
    'kept or lost, a synced file under a lost name with it. An honest `syncDirectory` before that makes all good.',
  models: 'a drive or file system that acknowledges a flush of metadata and drops it: Pillai et al., OSDI 2014; Rebello et al., ATC 2020',
  group: 'damage',
  every: [1_500, 8_000],
  lasts: [200, 2_000],
  lastsMeans: 'and again until the restart',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyToLose(injector, strike.who), (server) => {
      const { world } = injector.cluster;
      const disk = world.disk(server);
      const release = injector.budget.reserve(server);
      world.forgetNames(server, strike.lastsUs);
      injector.noteBudget();
      injector.later(strike.lastsUs, () => {
        release();
        if (!disk.hasNamesInDoubt) return;
        injector.coverage.mark('directory-sync-kept-no-names');
        injector.crash(server, false, strike.lastsUs);
        if (injector.budget.standing(server) !== 'whole') injector.coverage.mark('synced-names-lost');
        injector.noteBudget();
      });
    }),
});

/** Ends a server's life, for its disk to be emptied or put back. */
function takeOut(injector: Injector, server: NodeId): void {
  // Before the crash: whoever judges it must know that what was there a moment ago still counted.
  injector.budget.changed(server);
  injector.cluster.world.crash(server, { keepsPageCache: false });
}

/**
 * Lets a sync lie. Until it is told the server counts as lost; it lives on, as nobody knows. Once later records say
 * that the place was durable it loses its power and must notice at its next start; dies it before, it may have to stay out.
 */
function lie(injector: Injector, server: NodeId, kind: Lie['kind'], strike: Strike): void {
  const { world } = injector.cluster;
  const disk = world.disk(server);
  const release = injector.budget.reserve(server);
  const told = world.lieOnNextSync(server, {
    kind,
    which: strike.other,
    where: strike.how,
  });
  injector.noteBudget();
  let isTold = false;
  const isOver = (): boolean => {
    if (!isTold && !disk.hasLieWaiting) {
      isTold = true;
      release();
      injector.coverage.mark(MARK_OF[kind]);
      injector.noteBudget();
    }
    if (!isTold || !world.process(server).isUp) return false;
    const standing = injector.budget.standing(server);
    if (standing === 'damaged') {
      injector.coverage.mark('lie-was-covered');
      injector.crash(server, false, strike.lastsUs);
    }
    return standing !== 'forgetful';
  };
  const givesUp = (): void => {
    disk.takeBackLie(told);
    release();
  };
  injector.poller.poll({ ...DISK_LOOKS, act: isOver, givesUp });
}

/** One that is up, whose disk may lose something within the budget, for good. */
function anyToLose(injector: Injector, draw: number): NodeId | undefined {
  const server = anyUp(injector, draw);
  return server !== undefined && injector.mayLose(server) ? server : undefined;
}
