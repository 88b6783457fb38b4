import type { NodeId } from '../../core/base/units.js';
import { unreachable } from '../../core/base/assert.js';
import type { RunningDigest } from '../base/running-digest.js';
import type { Thaw } from '../base/node-clock.js';
import type { DamageFacts, DamageKind } from '../disk/damage.js';
import type { PowerLossFates } from '../disk/disk.js';
import type { FailingStep } from '../disk/pending-faults.js';

/**
 * Why something was done to a world, in one word: the name of the fault that did it (`crashLeader`), {@link BY_SCRIPT}, or a phase
 * of the run ({@link BY_HEALING}, {@link BY_REPAIR}).
 */
export type Cause = string;

/** A schedule of faults that a test wrote itself. */
export const BY_SCRIPT = 'script';
/** The end of the faults: what they broke is mended, and the core must serve. */
export const BY_HEALING = 'healing';
/** The rest of a run beyond its budget: nothing strikes any more, and then every disk is repaired to the byte. */
export const BY_REPAIR = 'repair';

/** Which clocks of a process an event is about: both, which hang on one oscillator, or the wall clock alone. */
export type WhichClocks = 'both' | 'wall';

/** What a rule makes of a single message. */
export type RulingKind = 'drop' | 'delay' | 'duplicate';

export interface OfNode<Kind extends string> {
  readonly kind: Kind;
  /** The process that it was done to. */
  readonly node: NodeId;
}

export interface OfLink<Kind extends string> {
  readonly kind: Kind;
  /** One direction between two processes. */
  readonly from: NodeId;
  readonly to: NodeId;
}

export type ProcessAct =
  | OfNode<'killed' | 'restarted' | 'stopping' | 'stopped' | 'paused' | 'resumed' | 'spedUp'>
  /** `fates`: what became of all that was pending on its disk; null for a process without one. */
  | (OfNode<'lostPower'> & { readonly fates: PowerLossFates | null })
  /** Each input takes so long from now on, in microseconds. */
  | (OfNode<'slowed'> & { readonly usMin: number; readonly usMax: number })
  /** It comes back with other options than it had. */
  | (OfNode<'optionsChanged'> & { readonly options: 'first' | 'later' })
  /** It has come to the effect at which something is to happen to it: `done` of so many sends or disk steps; -1 at the handing over of disk work. */
  | (OfNode<'trapMet'> & { readonly at: 'send' | 'disk'; readonly done: number; readonly of: number })
  /** An operator tells it to lead in place of another. */
  | (OfNode<'takeOverAsked'> & { readonly inPlaceOf: NodeId });

export type LinkAct =
  | OfLink<'cut' | 'healed' | 'held' | 'released' | 'linkSlowed' | 'linkRestored' | 'halfOpened' | 'reconnected'>
  /** Its stream of bytes was damaged, as its reader says. */
  | (OfLink<'connectionBroke'> & { readonly problem: string })
  | (OfLink<'messageRuled'> & { readonly ruling: RulingKind })
  | (OfNode<'connectionsReset'> & { readonly refusesUs: number })
  | { readonly kind: 'partitioned'; readonly groups: readonly (readonly NodeId[])[] }
  /** Every link of the world is whole, or as calm as its options say. */
  | { readonly kind: 'allHealed' | 'allCalmed' };

export type ClockAct =
  | (OfNode<'clockRateChanged'> & { readonly ratePpm: number })
  /** `byUs` is 0 or more; a clock goes back no further than to its beginning. */
  | (OfNode<'clockJumped' | 'clockWentBack' | 'wallClockSetForward' | 'wallClockSetBack'> & { readonly byUs: number })
  | (OfNode<'clockFroze'> & { readonly which: WhichClocks })
  | (OfNode<'clockThawed'> & { readonly which: WhichClocks; readonly how: Thaw });

export type DiskAct =
  | OfNode<'diskFreed' | 'diskWiped' | 'diskCalmed' | 'diskRepaired'>
  | (OfNode<'diskStalled' | 'diskForgetsNames'> & { readonly forUs: number })
  | (OfNode<'diskFailed'> & { readonly step: FailingStep })
  | (OfNode<'diskFilled'> & { readonly leftBytes: number })
  | (OfNode<'diskPutBack'> & { readonly takenUs: number })
  | (OfNode<'diskDamaged'> & { readonly damage: DamageFacts });

/** Something that was done to a world. */
export type WorldAct = ProcessAct | LinkAct | ClockAct | DiskAct;

/** Something that was done to a world, and why. Plain data; src/sim/world/event-text.ts has its words. */
export type WorldEvent = WorldAct & {
  /** null: nobody said why, as where the luck of a link breaks a connection. */
  readonly by: Cause | null;
};

export type WorldEventKind = WorldAct['kind'];

/** The processes that an event is about. None for what is done to all. */
export function nodesOf(act: WorldAct): readonly NodeId[] {
  if ('from' in act) return [act.from, act.to];
  if (act.kind === 'partitioned') return act.groups.flat();
  if (act.kind === 'takeOverAsked') return [act.node, act.inPlaceOf];
  return 'node' in act ? [act.node] : [];
}

/** A number for each kind, for digests. One that is taken stays what it is, or every digest changes. */
const NUMBERS: Readonly<Record<WorldEventKind, number>> = {
  killed: 1,
  lostPower: 2,
  restarted: 3,
  stopping: 4,
  stopped: 5,
  paused: 6,
  resumed: 7,
  slowed: 8,
  spedUp: 9,
  optionsChanged: 10,
  trapMet: 11,
  takeOverAsked: 12,
  cut: 20,
  healed: 21,
  held: 22,
  released: 23,
  linkSlowed: 24,
  linkRestored: 25,
  halfOpened: 26,
  reconnected: 27,
  connectionBroke: 28,
  messageRuled: 29,
  connectionsReset: 30,
  partitioned: 31,
  allHealed: 32,
  allCalmed: 33,
  clockRateChanged: 40,
  clockJumped: 41,
  clockWentBack: 42,
  wallClockSetForward: 43,
  wallClockSetBack: 44,
  clockFroze: 45,
  clockThawed: 46,
  diskFreed: 50,
  diskWiped: 51,
  diskCalmed: 52,
  diskRepaired: 53,
  diskStalled: 54,
  diskForgetsNames: 55,
  diskFailed: 56,
  diskFilled: 57,
  diskPutBack: 58,
  diskDamaged: 59,
};

const STEP_NUMBERS: Readonly<Record<FailingStep, number>> = { append: 1, write: 2, sync: 3, syncDirectory: 4, read: 5 };
const DAMAGE_NUMBERS: Readonly<Record<DamageKind, number>> = {
  rot: 1,
  stale: 2,
  misdirected: 3,
  unreadable: 4,
  shortened: 5,
  junk: 6,
  shorn: 7,
};
const RULING_NUMBERS: Readonly<Record<RulingKind, number>> = { drop: 1, delay: 2, duplicate: 3 };

/** Mixes numbers that say what was done. Its cause is none of them: the same done for another reason is the same run. */
export function mixAct(digest: RunningDigest, act: WorldAct): void {
  digest.mix(NUMBERS[act.kind]);
  if ('node' in act) digest.mix(act.node);
  if ('from' in act) digest.mix(act.from | (act.to << 16));
  switch (act.kind) {
    case 'lostPower':
      if (act.fates !== null) for (const count of Object.values(act.fates)) digest.mix(count as number);
      return;
    case 'slowed':
      digest.mixWhole(act.usMin);
      digest.mixWhole(act.usMax);
      return;
    case 'optionsChanged':
      digest.mix(act.options === 'later' ? 1 : 0);
      return;
    case 'trapMet':
      digest.mix(act.at === 'send' ? 1 : 0);
      digest.mix(act.done);
      digest.mix(act.of);
      return;
    case 'takeOverAsked':
      digest.mix(act.inPlaceOf);
      return;
    case 'messageRuled':
      digest.mix(RULING_NUMBERS[act.ruling]);
      return;
    case 'connectionsReset':
      digest.mixWhole(act.refusesUs);
      return;
    case 'partitioned':
      for (const group of act.groups) {
        digest.mix(group.length);
        for (const node of group) digest.mix(node);
      }
      return;
    case 'clockRateChanged':
      digest.mixWhole(act.ratePpm);
      return;
    case 'clockJumped':
    case 'clockWentBack':
    case 'wallClockSetForward':
    case 'wallClockSetBack':
      digest.mixWhole(act.byUs);
      return;
    case 'clockThawed':
      digest.mix(act.how === 'catchUp' ? 1 : 0);
      digest.mix(act.which === 'wall' ? 1 : 0);
      return;
    case 'clockFroze':
      digest.mix(act.which === 'wall' ? 1 : 0);
      return;
    case 'diskStalled':
    case 'diskForgetsNames':
      digest.mixWhole(act.forUs);
      return;
    case 'diskFailed':
      digest.mix(STEP_NUMBERS[act.step]);
      return;
    case 'diskFilled':
      digest.mixWhole(act.leftBytes);
      return;
    case 'diskPutBack':
      digest.mixWhole(act.takenUs);
      return;
    case 'diskDamaged':
      digest.mix(DAMAGE_NUMBERS[act.damage.kind]);
      digest.mixWhole(act.damage.offset);
      digest.mixWhole(act.damage.lengthBytes);
      return;
    // Nothing to say but to whom.
    case 'killed':
    case 'restarted':
    case 'stopping':
    case 'stopped':
    case 'paused':
    case 'resumed':
    case 'spedUp':
    case 'cut':
    case 'healed':
    case 'held':
    case 'released':
    case 'linkSlowed':
    case 'linkRestored':
    case 'halfOpened':
    case 'reconnected':
    case 'connectionBroke':
    case 'allHealed':
    case 'allCalmed':
    case 'diskFreed':
    case 'diskWiped':
    case 'diskCalmed':
    case 'diskRepaired':
      return;
    default:
      unreachable(act);
  }
}
