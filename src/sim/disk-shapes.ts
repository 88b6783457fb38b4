import type { NodeId } from '../core/base/units.js';
import type { DiskHarmName } from './disk-harms.js';
import type { Lie } from './disk-ills.js';
import { coveredPlace } from './rot.js';
import type { Striker } from './striker.js';

/** The parts of a nemesis's blow that these shapes use: a span, and numbers in [0, 1) for their choices. */
interface DiskBlow {
  readonly lastsUs: number;
  readonly who: number;
  readonly other: number;
  readonly how: number;
}

type DiskShape = (striker: Striker, blow: DiskBlow) => void;

/** How often, and at most how many times, a shape looks whether its fault has struck. Four seconds in all. */
const LOOK_EVERY_US = 2_000;
const LOOKS_MAX = 2_000;
/** Bytes that a disk has left when it becomes full: a few records, or less than one. */
const LEFT_BYTES_MAX = 2_048;
/** Of the blows against reading, this share is a process that dies, the others a power loss. */
const KILL_SHARE = 0.5;
/** Bytes of a sector that can no longer be read. */
const UNREADABLE_BYTES = 512;

/**
 * What each family does. The engine stops at an error of its disk (fail-stop), so whoever did it starts the server
 * again after the blow's span, as an operator would.
 */
export const DISK_SHAPES: Readonly<Record<DiskHarmName, DiskShape>> = {
  diskStall: (striker, blow) =>
    strike(striker, anyUp(striker, blow.who), 'disk-stalled', (server) => {
      const { world } = striker.cluster;
      world.disk(server).stallUntil(world.nowUs + blow.lastsUs);
      world.harm(`disk of s${server} stalls for ${blow.lastsUs} us`);
    }),

  diskReadError: (striker, blow) =>
    strike(striker, anyUp(striker, blow.who), null, (server) => {
      striker.crash(server, blow.how < KILL_SHARE, blow.lastsUs);
      failOnce(striker, server, blow.lastsUs, 'read', 0);
    }),

  diskWriteError: (striker, blow) =>
    strike(striker, anyUp(striker, blow.who), null, (server) => failOnce(striker, server, blow.lastsUs, 'append', blow.how)),

  diskSyncError: (striker, blow) =>
    strike(striker, anyUp(striker, blow.who), null, (server) => failOnce(striker, server, blow.lastsUs, 'sync', 0)),

  diskFull: (striker, blow) => strike(striker, anyUp(striker, blow.who), null, (server) => fillUp(striker, server, blow)),

  diskUnreadable: (striker, blow) =>
    strike(striker, anyUp(striker, blow.who), null, (server) => {
      const hasStruck = striker.damage(server, (disk) => {
        const place = coveredPlace(disk, blow.other, blow.how);
        return place === null ? null : disk.makeUnreadable(place.path, place.offset, UNREADABLE_BYTES);
      });
      if (!hasStruck) return;
      striker.coverage.mark('sector-unreadable');
      tellDamage(striker, server);
      striker.crash(server, false, blow.lastsUs);
    }),

  diskStale: (striker, blow) => strike(striker, anyToLose(striker, blow.who), null, (server) => lie(striker, server, 'stale', blow)),
  diskMisdirected: (striker, blow) => strike(striker, anyToLose(striker, blow.who), null, (server) => lie(striker, server, 'misdirected', blow)),

  diskLoss: (striker, blow) =>
    strike(striker, anyToLose(striker, blow.who), 'disk-lost', (server) => {
      takeOut(striker, server);
      striker.cluster.world.disk(server).wipe();
      striker.cluster.world.harm(`disk of s${server} is gone`);
      striker.noteBudget();
    }),

  diskOldCopy: (striker, blow) => {
    const server = anyToLose(striker, blow.who);
    if (server === undefined) return;
    const { world } = striker.cluster;
    const image = world.disk(server).image();
    const takenUs = world.nowUs;
    striker.later(blow.lastsUs, () => {
      if (!striker.mayLose(server)) return;
      striker.coverage.mark('old-disk-came-back');
      takeOut(striker, server);
      world.disk(server).become(image);
      world.harm(`disk of s${server} holds again what it held at ${takenUs} us`);
      striker.noteBudget();
      // Only a copy that still holds all that was promised since gets a next life.
      striker.later(blow.lastsUs, () => striker.restart(server));
    });
  },

  diskForgetsNames: (striker, blow) =>
    strike(striker, anyToLose(striker, blow.who), null, (server) => {
      const { world } = striker.cluster;
      const disk = world.disk(server);
      const release = striker.budget.reserve(server);
      disk.forgetNamesUntil(world.nowUs + blow.lastsUs);
      world.harm(`disk of s${server} keeps no names for ${blow.lastsUs} us`);
      striker.noteBudget();
      striker.later(blow.lastsUs, () => {
        release();
        if (!disk.hasNamesInDoubt) return;
        striker.coverage.mark('directory-sync-kept-no-names');
        striker.crash(server, false, blow.lastsUs);
        if (striker.budget.standing(server) !== 'whole') striker.coverage.mark('synced-names-lost');
        striker.noteBudget();
      });
    }),
};

/** Ends a server's life, for its disk to be emptied or put back. */
function takeOut(striker: Striker, server: NodeId): void {
  // Before the crash: whoever judges it must know that what was there a moment ago still counted.
  striker.budget.changed(server);
  striker.cluster.world.crash(server, { keepsPageCache: false });
}

/** Lets the next step of a kind fail, and starts the server again `lastsUs` after it has stopped for that. */
function failOnce(striker: Striker, server: NodeId, lastsUs: number, kind: 'read' | 'append' | 'sync', share: number): void {
  const disk = striker.cluster.world.disk(server);
  const failure = disk.failNext(kind, null, share);
  const hasStruck = (): boolean => {
    if (!failure.hasStruck) return false;
    striker.coverage.mark(MARK_OF[kind]);
    striker.cluster.world.harm(`disk of s${server}: ${kind} failed`);
    striker.later(lastsUs, () => striker.restart(server));
    return true;
  };
  striker.lookout.watch({ everyUs: LOOK_EVERY_US, looks: LOOKS_MAX, act: hasStruck, givesUp: () => disk.takeBack(failure) });
}

const MARK_OF = { read: 'disk-read-failed', append: 'disk-write-failed', sync: 'disk-sync-dropped-pages' } as const;

/** Leaves a disk hardly any space; gives space back after the blow's span. Halfway the server is started in vain, or not. */
function fillUp(striker: Striker, server: NodeId, { lastsUs, how }: DiskBlow): void {
  const { world } = striker.cluster;
  const disk = world.disk(server);
  if (disk.isBounded) return;
  const leftBytes = Math.floor(how * LEFT_BYTES_MAX);
  disk.setCapacity(disk.usedBytes + leftBytes);
  world.harm(`disk of s${server} has ${leftBytes} bytes left`);
  const startAgain = (): void => {
    if (!world.process(server).isStopped) return;
    striker.coverage.mark('disk-was-full');
    striker.restart(server);
  };
  striker.later(Math.floor(lastsUs / 2), startAgain);
  striker.later(lastsUs, () => {
    striker.coverage.mark('disk-space-came-back');
    disk.setCapacity(null);
    world.harm(`disk of s${server} has space again`);
    startAgain();
  });
}

/**
 * Lets a sync lie. Until it is told the server counts as lost; it lives on, as nobody knows. Once later records say
 * that the place was durable it loses its power and must notice at its next start; dies it before, it may have to stay out.
 */
function lie(striker: Striker, server: NodeId, kind: 'stale' | 'misdirected', blow: DiskBlow): void {
  const { world } = striker.cluster;
  const disk = world.disk(server);
  const release = striker.budget.reserve(server);
  const told: Lie = { kind, which: blow.other, where: blow.how };
  disk.lieOnNextSync(told);
  striker.noteBudget();
  let isTold = false;
  const isOver = (): boolean => {
    if (!isTold && !disk.hasLieWaiting) {
      isTold = true;
      release();
      striker.coverage.mark(kind === 'stale' ? 'sector-stale' : 'write-misdirected');
      tellDamage(striker, server);
      striker.noteBudget();
    }
    if (!isTold || !world.process(server).isUp) return false;
    const standing = striker.budget.standing(server);
    if (standing === 'damaged') {
      striker.coverage.mark('lie-was-covered');
      striker.crash(server, false, blow.lastsUs);
    }
    return standing !== 'forgetful';
  };
  const givesUp = (): void => {
    disk.takeBackLie(told);
    release();
  };
  striker.lookout.watch({ everyUs: LOOK_EVERY_US, looks: LOOKS_MAX, act: isOver, givesUp });
}

/** Says in the transcript what is wrong with a disk. */
export function tellDamage({ cluster: { world } }: Striker, server: NodeId): void {
  world.harm(`disk of s${server}: ${world.disk(server).damages().map(({ damage }) => damage.text).join('; ')}`);
}

function strike(striker: Striker, server: NodeId | undefined, mark: string | null, blow: (server: NodeId) => void): void {
  if (server === undefined) return;
  if (mark !== null) striker.coverage.mark(mark);
  blow(server);
}

function anyUp(striker: Striker, draw: number): NodeId | undefined {
  const up = striker.cluster.servers.filter((server) => striker.cluster.world.process(server).isUp);
  return up[Math.floor(draw * up.length)];
}

/** One that is up, whose disk may lose something within the budget, for good. */
function anyToLose(striker: Striker, draw: number): NodeId | undefined {
  const server = anyUp(striker, draw);
  return server !== undefined && striker.mayLose(server) ? server : undefined;
}
