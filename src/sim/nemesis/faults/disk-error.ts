import type { NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { DISK_LOOKS, anyUp, hit } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/**
 * Disks that fail an operation, stall or are full. The engine stops at an error of its disk (fail-stop), so whoever did
 * it starts the server again after the strike's span, as an operator would.
 */

/** Bytes that a disk has left when it becomes full: a few records, or less than one. */
const LEFT_BYTES_MAX = 2_048;
/** Of the strikes against reading, this share is a process that dies, the others a power loss. */
const KILL_SHARE = 0.5;
const MARK_OF = {
  read: 'disk-read-failed',
  append: 'disk-write-failed',
  write: 'disk-write-failed',
  sync: 'disk-sync-dropped-pages',
} as const;

export const diskStall = family({
  name: 'diskStall',
  sentence: 'No operation of a disk gets on, longer than an election may take; then all go on.',
  details:
    'No step of any operation is taken until the stall ends, neither of those under way nor of new ones; then all go on. ' +
    'The process lives on.',
  models: 'firmware pauses, a saturated shared volume, resets of a device: "limping" hardware, Do et al., *Limplock*, SoCC 2013',
  group: 'disk',
  every: [1_000, 4_000],
  lasts: [200, 1_500],
  needs: ['files'],
  outlivesHealing: true,
  strike: (injector, strike) =>
    hit(anyUp(injector, strike.who), (server) => {
      injector.coverage.mark('disk-stalled');
      injector.cluster.world.stallDisk(server, strike.lastsUs);
    }),
});

export const diskReadError = family({
  name: 'diskReadError',
  sentence: 'A recovery meets a read that fails, once.',
  details:
    'The server dies (half of the strikes: of a power loss), and one read of its recovery fails with `io`; the next one ' +
    'would succeed.',
  models: 'a transient medium or bus error',
  group: 'disk',
  every: [2_000, 6_000],
  lasts: [50, 500],
  lastsMeans: 'from the death, and from the error, to a restart',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyUp(injector, strike.who), (server) => {
      injector.crash(server, strike.how < KILL_SHARE, strike.lastsUs);
      failOnce(injector, server, strike.lastsUs, 'read', 0);
    }),
});

export const diskWriteError = family({
  name: 'diskWriteError',
  sentence: 'An append or write fails, and a part of its bytes may be in the file all the same.',
  models: 'errors on the write path, short writes',
  group: 'disk',
  every: [1_500, 5_000],
  lasts: [20, 400],
  lastsMeans: 'from the error to the restart',
  needs: ['files'],
  strike: (injector, strike) =>
    hit(anyUp(injector, strike.who), (server) =>
      failOnce(injector, server, strike.lastsUs, writingStep(injector, server, strike.other), strike.how),
    ),
});

export const diskSyncError = family({
  name: 'diskSyncError',
  sentence: 'A sync fails, once, and has dropped the pages: the process sees them until the power goes, and they are not on the disk.',
  details:
    'One sync fails with `io` and has dropped the pages: readers go on seeing the bytes, they count as clean, the next sync ' +
    'succeeds and does nothing, and a power loss takes them. Name changes are not dropped.',
  models: `Rebello et al., *Can Applications Recover from fsync Failures?*, ATC 2020; PostgreSQL's "fsyncgate", 2018`,
  group: 'disk',
  every: [600, 2_500],
  lasts: [10, 200],
  lastsMeans: 'from the error to the restart: short, so that the page cache is still believed',
  needs: ['files'],
  strike: (injector, strike) => hit(anyUp(injector, strike.who), (server) => failOnce(injector, server, strike.lastsUs, 'sync', 0)),
});

export const diskFull = family({
  name: 'diskFull',
  sentence: 'A disk has hardly any space left; later space comes back.',
  details:
    'All files together may hold what they hold now and up to 2 047 bytes more. What goes beyond fails with `full` after ' +
    'the part that fits was written. Overwriting costs nothing, removing makes room. Halfway, a server that has stopped is ' +
    'started, in vain or not; at the end there is space again.',
  models: 'ENOSPC, a quota, short writes at the limit',
  group: 'disk',
  every: [1_000, 4_000],
  lasts: [100, 1_500],
  lastsMeans: 'until space comes back',
  needs: ['files'],
  strike: (injector, strike) => hit(anyUp(injector, strike.who), (server) => fillUp(injector, server, strike)),
});

/** Lets the next step of a kind fail, and starts the server again `lastsUs` after it has stopped for that. */
function failOnce(injector: Injector, server: NodeId, lastsUs: number, kind: 'read' | 'append' | 'write' | 'sync', share: number): void {
  const { world } = injector.cluster;
  const failure = world.failDisk(server, kind, share);
  const hasStruck = (): boolean => {
    if (!failure.hasStruck) return false;
    injector.coverage.mark(MARK_OF[kind]);
    injector.later(lastsUs, () => injector.restart(server));
    return true;
  };
  injector.poller.poll({
    ...DISK_LOOKS,
    act: hasStruck,
    givesUp: () => world.disk(server).takeBack(failure),
  });
}

/** One of the kinds of steps by which a server writes what it keeps. */
function writingStep({ budget }: Injector, server: NodeId, draw: number): 'append' | 'write' {
  const writesBy = budget.recovery(server)?.writesBy ?? [];
  return writesBy[Math.floor(draw * writesBy.length)] ?? 'append';
}

/** Leaves a disk hardly any space; gives space back after the strike's span. Halfway the server is started in vain, or not. */
function fillUp(injector: Injector, server: NodeId, { lastsUs, how }: Strike): void {
  const { world } = injector.cluster;
  const disk = world.disk(server);
  if (disk.isBounded) return;
  const leftBytes = Math.floor(how * LEFT_BYTES_MAX);
  world.fillDisk(server, leftBytes);
  const startAgain = (): void => {
    if (!world.process(server).isStopped) return;
    injector.coverage.mark('disk-was-full');
    injector.restart(server);
  };
  injector.later(Math.floor(lastsUs / 2), startAgain);
  injector.later(lastsUs, () => {
    injector.coverage.mark('disk-space-came-back');
    world.freeDisk(server);
    startAgain();
  });
}
