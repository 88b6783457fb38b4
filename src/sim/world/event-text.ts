import type { NodeId } from '../../core/base/units.js';
import type { DamageFacts } from '../disk/damage.js';
import type { PowerLossFates } from '../disk/disk.js';
import type { WhichClocks, WorldAct, WorldEvent } from './world-event.js';

/** How a process is called. */
export type NameOf = (node: NodeId) => string;

/**
 * An event in one line for a person, with its cause behind it: `s4 loses power (crashLeader)`. Nothing reads these words: who wants to
 * know what happened looks at the event.
 */
export function sentenceOf(event: WorldEvent, nameOf: NameOf): string {
  return `${wordsOf(event, nameOf)}${causeText(event)}`;
}

/** The cause as it stands behind what happened; empty where nobody said any. */
export function causeText({ by }: Pick<WorldEvent, 'by'>): string {
  return by === null ? '' : ` (${by})`;
}

/** What happened, without its cause. */
export function wordsOf(act: WorldAct, nameOf: NameOf): string {
  const name = 'node' in act ? nameOf(act.node) : '';
  const [from, to] = 'from' in act ? [nameOf(act.from), nameOf(act.to)] : ['', ''];
  switch (act.kind) {
    case 'killed':
      return `${name} is killed`;
    case 'lostPower':
      return `${name} loses power${act.fates === null ? '' : fatesText(act.fates)}`;
    case 'restarted':
      return `${name} starts again`;
    case 'stopping':
      return `${name} is told to stop`;
    case 'stopped':
      return `${name} has stopped`;
    case 'paused':
      return `${name} stands still`;
    case 'resumed':
      return `${name} goes on`;
    case 'slowed':
      return `${name} takes ${msOf(act.usMin)} to ${msOf(act.usMax)} for each input`;
    case 'spedUp':
      return `${name} is quick again`;
    case 'optionsChanged':
      return `${name} gets its ${act.options} options`;
    case 'trapMet':
      return `${name} has ${progressOf(act)}`;
    case 'takeOverAsked':
      return `an operator tells ${name} to take the place of ${nameOf(act.inPlaceOf)}`;
    case 'cut':
      return `${from} no longer reaches ${to}`;
    case 'healed':
      return `${from} reaches ${to} again`;
    case 'held':
      return `what ${from} sends to ${to} is kept back`;
    case 'released':
      return `what ${from} sends to ${to} is let go`;
    case 'linkSlowed':
      return `the link from ${from} to ${to} is slow`;
    case 'linkRestored':
      return `the link from ${from} to ${to} is quick again`;
    case 'halfOpened':
      return `${to} forgets its connection from ${from}`;
    case 'reconnected':
      return `${from} connects to ${to} anew`;
    case 'connectionBroke':
      return `the connection from ${from} to ${to} breaks: ${act.problem}`;
    case 'messageRuled':
      return `a message from ${from} to ${to} ${RULINGS[act.ruling]}`;
    case 'connectionsReset':
      return `all connections of ${name} break`;
    case 'partitioned':
      return `${act.groups.map((group) => group.map(nameOf).join(' ')).join(' | ')} are parted`;
    case 'allHealed':
      return 'every link is whole';
    case 'allCalmed':
      return 'every link is calm';
    case 'clockRateChanged':
      return `both clocks of ${name} run ${rateOf(act.ratePpm)}`;
    case 'clockJumped':
      return `both clocks of ${name} jump forward by ${msOf(act.byUs)}`;
    case 'clockWentBack':
      return `both clocks of ${name} go back by ${msOf(act.byUs)}`;
    case 'wallClockSetForward':
      return `the wall clock of ${name} is set forward by ${msOf(act.byUs)}`;
    case 'wallClockSetBack':
      return `the wall clock of ${name} is set back by ${msOf(act.byUs)}`;
    case 'clockFroze':
      return act.which === 'both' ? `both clocks of ${name} stand still` : `the wall clock of ${name} stands still`;
    case 'clockThawed':
      return `${clocksOf(name, act.which)} ${THAWS[act.which][act.how]}`;
    case 'diskFreed':
      return `the disk of ${name} has space again`;
    case 'diskWiped':
      return `the disk of ${name} is gone, and an empty one in its place`;
    case 'diskCalmed':
      return `the disk of ${name} works as it should`;
    case 'diskRepaired':
      return `the disk of ${name} is repaired`;
    case 'diskStalled':
      return `the disk of ${name} stalls for ${msOf(act.forUs)}`;
    case 'diskForgetsNames':
      return `the disk of ${name} keeps no names for ${msOf(act.forUs)}`;
    case 'diskFailed':
      return `the disk of ${name} fails to ${STEPS[act.step]}`;
    case 'diskFilled':
      return `the disk of ${name} has ${act.leftBytes} bytes left`;
    case 'diskPutBack':
      return `the disk of ${name} holds again what it held at ${msOf(act.takenUs)}`;
    case 'diskDamaged':
      return `the disk of ${name} is damaged: ${damageText(act.damage)}`;
  }
}

/** What became of what was pending on a disk. */
function fatesText({ kept, lost, torn, namesKept, namesLost }: PowerLossFates): string {
  const parts = [
    ...(kept + lost + torn === 0 ? [] : [`of pending writes ${kept} kept, ${lost} lost, ${torn} torn`]),
    ...(namesKept + namesLost === 0 ? [] : [`of pending names ${namesKept} kept, ${namesLost} lost`]),
  ];
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

/** Where a file is damaged, and what is there instead of what. */
export function damageText(damage: DamageFacts): string {
  const { offset, lengthBytes, path } = damage;
  const place = `bytes ${offset} to ${offset + lengthBytes - 1} of ${path}`;
  switch (damage.kind) {
    case 'rot':
      return `bit ${damage.bit} of byte ${offset} of ${path} flipped: ${damage.is} instead of ${damage.was}`;
    case 'stale':
      return `${place} hold what stood there before the last write`;
    case 'misdirected':
      return `${place} hold what was meant for byte ${damage.meantFor.offset} of ${damage.meantFor.path}`;
    case 'unreadable':
      return `${place} cannot be read`;
    case 'shortened':
      return `${path} ends at byte ${offset}, and ${lengthBytes} bytes are missing`;
    case 'junk':
      return `${place} hold what nobody wrote`;
    case 'shorn':
      return `${place} have the first ${damage.newBytes} bytes of the last write, and then what stood there before`;
  }
}

const RULINGS = { drop: 'is dropped', delay: 'is late', duplicate: 'comes twice' } as const;
const STEPS = { append: 'append', write: 'write', sync: 'sync', syncDirectory: 'sync its directory', read: 'read' } as const;
const THAWS = {
  both: { goOn: 'go on from where they stood', catchUp: 'catch up' },
  wall: { goOn: 'goes on from where it stood', catchUp: 'catches up' },
} as const;

function clocksOf(name: string, which: WhichClocks): string {
  return which === 'both' ? `both clocks of ${name}` : `the wall clock of ${name}`;
}

function progressOf({ at, done, of }: WorldAct & { readonly kind: 'trapMet' }): string {
  if (at === 'send') return `sent ${done} of the ${of} messages of a step`;
  return done < 0 ? 'handed over disk work' : `done ${done} of ${of} disk steps`;
}

function rateOf(ratePpm: number): string {
  return ratePpm === 0 ? 'true' : `${Math.abs(ratePpm)} ppm too ${ratePpm > 0 ? 'fast' : 'slow'}`;
}

function msOf(us: number): string {
  return `${us / 1_000} ms`;
}
