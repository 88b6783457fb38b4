import type { NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { LOOKS_MAX, anyUp, hit, pollFor, shuffled, up } from '../base/targets.js';
import { coveredPlace, rotAnywhere, rotCoveredByte } from './damage-places.js';
import { family } from './family.js';
import type { LogPlace } from '../../cluster/leadership.js';

/** Bits that flip, and places that cannot be read any more, as far as the run promises to survive. */

/** Bytes of a sector that can no longer be read. */
const UNREADABLE_BYTES = 512;
/** Irrational steps, so that one draw serves several servers with places that have nothing to do with each other. */
const STEP = 0.618_033_988_749;
const OTHER_STEP = 0.381_966_011_25;

export const rot = family({
  name: 'rot',
  sentence: 'A bit flips in what a disk had promised to keep, and the power goes: found at the next recovery.',
  details:
    'One bit flips on the medium and in the page cache, at a place of a log file that a later record marks as durable. Then ' +
    'the power goes.',
  models:
    'Bairavasundaram et al., *An Analysis of Data Corruption in the Storage Stack*, FAST 2008; Alagappan et al., *Protocol-Aware Recovery*, FAST 2018',
  group: 'damage',
  every: [3_000, 9_000],
  lasts: [50, 1_000],
  lastsMeans: 'until the restart',
  needs: ['files'],
  strike: (injector, strike) => {
    hit(anyUp(injector, strike.who), (server) => {
      const hasStruck = injector.damage(server, (disk, recovery) => rotCoveredByte(disk, recovery, strike.other, strike.how));
      if (!hasStruck) return;
      injector.coverage.mark('durable-bytes-rotted');
      injector.crash(server, false, strike.lastsUs);
    });
  },
});

export const diskUnreadable = family({
  name: 'diskUnreadable',
  sentence: 'A place that was promised to be kept cannot be read any more.',
  details:
    '512 bytes from such a place on fail each read that touches them with `io`, once the page cache is gone; writing them ' +
    'anew heals them. Then the power goes.',
  models: 'Bairavasundaram et al., *An Analysis of Latent Sector Errors in Disk Drives*, SIGMETRICS 2007',
  group: 'damage',
  every: [3_000, 12_000],
  lasts: [50, 500],
  lastsMeans: 'until the restart',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyUp(injector, strike.who), (server) => {
      const hasStruck = injector.damage(server, (disk, recovery) => {
        const place = coveredPlace(disk, recovery, strike.other, strike.how);
        return place === null ? null : disk.makeUnreadable(place.path, place.offset, UNREADABLE_BYTES);
      });
      if (!hasStruck) return;
      injector.coverage.mark('sector-unreadable');
      injector.crash(server, false, strike.lastsUs);
    }),
});

export const latentRot = family({
  name: 'latentRot',
  sentence: 'A bit flips anywhere in a durable file, and nobody reads it before the power goes, or it is gone.',
  details:
    'One bit flips anywhere in a durable file, in a snapshot as in the log, in what is vouched for as in what is not. Where ' +
    'a write waits to be written back, readers see the write, and its sync heals the place. The server works on; after its ' +
    'span its power goes. By then the place may be needed no more.',
  models: 'latent errors, found only when read: Bairavasundaram et al., FAST 2008',
  group: 'damage',
  every: [1_000, 6_000],
  lasts: [300, 3_000],
  lastsMeans: 'until the power goes, and again until the restart',
  needs: ['files'],
  strike: (injector, strike) => {
    hit(anyUp(injector, strike.who), (server) => {
      if (!injector.damage(server, (disk, recovery) => rotAnywhere(disk, recovery, strike.other, strike.how))) return;
      injector.coverage.mark('latent-rot');
      cutPowerLater(injector, [server], strike.lastsUs);
    });
  },
});

export const rotTogether = family({
  name: 'rotTogether',
  sentence: 'At one moment bits flip on all disks, each in a file of its own.',
  details:
    'The same on all servers that are up at one moment, each in a file of its own, one after the other as far as the budget ' + 'goes.',
  models: 'one cause for many disks: a bad batch, a bug of firmware',
  group: 'damage',
  every: [3_000, 9_000],
  lasts: [100, 2_000],
  lastsMeans: 'until the power goes, and again until the restart',
  needs: ['files'],
  strike: (injector, strike) => {
    const struck = shuffled(up(injector), strike.who).filter((server, i) =>
      injector.damage(server, (disk, recovery) =>
        rotAnywhere(disk, recovery, (strike.other + i * STEP) % 1, (strike.how + i * OTHER_STEP) % 1),
      ),
    );
    if (struck.length >= 2) injector.coverage.mark('disks-rotted-together');
    cutPowerLater(injector, struck, strike.lastsUs);
  },
});

export const rotToLastCopy = family({
  name: 'rotToLastCopy',
  sentence: 'Of all disks that hold the newest committed entry, only one keeps a good copy.',
  details: 'When the newest committed entry is on few disks: all of them but one lose a bit that is vouched for, and their power.',
  models: 'the worst minority',
  group: 'damage',
  every: [2_000, 9_000],
  lasts: [50, 800],
  lastsMeans: 'until the restart',
  needs: ['leadership.committed', 'leadership.hasEntry', 'recovery.holds'],
  strike: (injector, strike) => {
    if (injector.budget.spare <= 0) return;
    pollFor(injector, LOOKS_MAX, () => {
      const newest = newestCommitted(injector);
      if (newest === null || !isOnFewLogs(injector, newest)) return false;
      const holders = shuffled(holdersOf(injector, newest), strike.who);
      // Who is down keeps its good copy on a disk that nobody works with: it may be the one that is left.
      const victims = holders.filter((server) => injector.cluster.world.process(server).isUp).slice(0, holders.length - 1);
      if (victims.length < holders.length - 1 || victims.length === 0 || victims.length > injector.budget.spare) return false;
      const struck = victims.filter((server, i) =>
        injector.damage(server, (disk, recovery) => rotCoveredByte(disk, recovery, (strike.other + i * STEP) % 1, strike.how)),
      );
      if (holdersOf(injector, newest).length === 1) injector.coverage.mark('last-good-copy');
      for (const server of struck) injector.crash(server, false, strike.lastsUs);
      return true;
    });
  },
});

/** The newest entry that any server knows to be committed; null where there is none. */
function newestCommitted({ cluster }: Injector): LogPlace | null {
  let newest: LogPlace | null = null;
  for (const server of cluster.servers) {
    const state = cluster.serving(server);
    const place = state === null ? null : (cluster.hosted.leadership?.committed?.(state) ?? null);
    if (place !== null && place.index > (newest?.index ?? 0)) newest = place;
  }
  return newest !== null && newest.term > 0 ? newest : null;
}

/** Whether so few of the servers that are up have it in their logs that the budget may reach to its last copy. A cheap look. */
function isOnFewLogs({ cluster, budget }: Injector, place: LogPlace): boolean {
  const count = cluster.servers.filter((server) => {
    const state = cluster.serving(server);
    return state !== null && cluster.hosted.leadership?.hasEntry?.(state, place) === true;
  }).length;
  return count >= 2 && count <= Math.floor((cluster.servers.length - 1) / 2) + 1 && count - 1 <= budget.spare;
}

/** The servers whose disks have a good copy of an entry. */
function holdersOf({ budget }: Injector, { index, term }: LogPlace): readonly NodeId[] {
  return budget.whole().filter((server) => {
    const outlook = budget.outlook(server);
    return outlook.kind === 'starts' && budget.recovery(server)?.holds?.(outlook.remembered, index, term) === true;
  });
}

/** After so long each of them loses its power, if it lives; and starts again after as long. */
function cutPowerLater(injector: Injector, servers: readonly NodeId[], afterUs: number): void {
  injector.later(afterUs, () => {
    for (const server of servers) injector.crash(server, false, afterUs);
  });
}
