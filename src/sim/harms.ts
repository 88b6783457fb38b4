import { BadScenario } from './bad-scenario.js';
import { CLOCK_HARM_SENTENCES } from './harms-clock.js';
import { BUDGET_HARM_SENTENCES, DISK_HARM_SENTENCES } from './disk-harms.js';
import { namesOf } from './names-of.js';
import { NETWORK_HARM_SENTENCES } from './harms-network.js';
import { PROCESS_HARM_SENTENCES } from './harms-process.js';
import { unknownLine } from './nearest.js';

/**
 * The families of harm that a nemesis knows. Each keeps its own timetable and draws from its own streams, so
 * that leaving one out does not reshuffle the others.
 */
export const HARM_SENTENCES = {
  crash: 'One server loses what is volatile and, of what was not synced, whatever the disk decides; restarted later.',
  crashLeader: 'The same for the leader.',
  crashWhileWriting: 'The same for a server that has writes pending on its disk at that moment.',
  crashDuringElection: 'The same for a server that voted a moment ago, before the vote may have reached its disk.',
  kill: 'One process ends but its machine lives: everything it wrote is still there.',
  killLeader: 'The same for the leader.',
  killNewLeader: 'The process of a leader that has committed nothing in its term yet, when its first entry may be on some servers only.',
  powerCut: 'All servers lose power at one moment.',
  partition: 'The servers fall into two groups that do not hear each other; clients land on either side.',
  oneWayCut: 'One server no longer hears another, though it is still heard.',
  isolateLeader: 'The leader hears no other server and is heard by none; clients still reach it.',
  isolateServer: 'One server neither hears nor is heard by anyone, clients included.',
  pause: 'A process stands still, as in a long garbage collection, then goes on as if nothing were.',
  pauseLeader: 'The same for the leader, longer than an election.',
  rot: 'A bit flips in what a disk had promised to keep, and the power goes: found at the next recovery.',
  ...CLOCK_HARM_SENTENCES,
  ...DISK_HARM_SENTENCES,
  ...BUDGET_HARM_SENTENCES,
  ...NETWORK_HARM_SENTENCES,
  ...PROCESS_HARM_SENTENCES,
} as const;

export const HARMS = namesOf(HARM_SENTENCES);

export type HarmName = (typeof HARMS)[number];

/** How often one family strikes and how long a blow lasts. Milliseconds of world time; all bounds inclusive. */
export interface HarmOptions {
  readonly harm: HarmName;
  /** From one blow of this family to its next. */
  readonly everyMsMin: number;
  readonly everyMsMax: number;
  /** Until the damage is undone: the server restarted, the cut healed, the process resumed. */
  readonly lastsMsMin: number;
  readonly lastsMsMax: number;
}

/**
 * A family with its two spans of milliseconds, in the order every, lasts.
 *
 * @throws {BadScenario} When no family has that name, or a span is not two numbers.
 */
export function harm(name: HarmName, every: readonly [min: number, max: number], lasts: readonly [min: number, max: number]): HarmOptions {
  if (!HARMS.includes(name)) throw new BadScenario(unknownLine('harm', String(name), HARMS));
  for (const span of [every, lasts] as readonly unknown[]) {
    const isSpan = Array.isArray(span) && span.length === 2 && span.every((bound) => typeof bound === 'number');
    if (!isSpan) throw new BadScenario(`harm('${name}') takes two spans of milliseconds, how often and how long: harm('${name}', [1_000, 3_000], [500, 1_000])`);
  }
  return { harm: name, everyMsMin: every[0], everyMsMax: every[1], lastsMsMin: lasts[0], lastsMsMax: lasts[1] };
}
