/** `seedstorm bench faults`: what fault families cost that a run may have and that never strike. */
import { suitable } from '../src/sim/nemesis/faults/needs.js';
import { raftSystem } from '../src/sim/systems/raft/system.js';
import { FAMILIES, fault } from '../src/sim/nemesis/faults/families.js';
import { runOptions } from '../src/sim/run/run.js';
import { fullOptions } from './full.js';
import { median, rounded } from './statistics.js';

export interface FaultsBenchResult {
  readonly benchmark: 'faults';
  /** Families on the list of the runs that have one. */
  readonly families: number;
  readonly rounds: number;
  readonly simulatedSeconds: number;
  readonly events: number;
  /** Both kinds of run have it: what never strikes changes nothing. */
  readonly digest: string;
  /** Medians over the rounds, of the processor time of this process for each event. */
  readonly nsPerEventListed: number;
  readonly nsPerEventAbsent: number;
  /** The median of what a run with the list took over what the one without it took just before or after. */
  readonly listedOverAbsent: number;
  readonly node: string;
}

const SERVERS = 5;
const SEED = 1;
const SECONDS = 240;
const ROUNDS = 7;
/** So many times the length of the run passes before the first strike. */
const NEVER_WITHIN = 10;

/** Lives profile `full` of RAFTSIM-1 with every family listed that can be without other clocks, and with none, by turns. */
export function benchFaults(seconds = SECONDS, rounds = ROUNDS): FaultsBenchResult {
  const afterTheEnd = [seconds * 1_000 * NEVER_WITHIN, seconds * 1_000 * NEVER_WITHIN] as const;
  // Clocks that may go wrong are watched by an oracle of their own, so those families are no list of the same run.
  const all = FAMILIES.filter((family) => family.group !== 'clock' && suitable(family, raftSystem)).map(({ name }) =>
    fault(name, afterTheEnd, [1, 1]),
  );
  const live = (isListed: boolean): { readonly nsPerEvent: number; readonly events: number; readonly digest: string } => {
    const before = process.cpuUsage();
    const { verdict, events, digest } = runOptions(
      { name: 'raftsim-1', system: raftSystem },
      fullOptions(SERVERS, seconds, isListed ? all : []),
      SEED,
    );
    const { user, system } = process.cpuUsage(before);
    if (verdict !== 'pass') throw new Error(`the run ended as ${verdict}`);
    return { nsPerEvent: ((user + system) * 1_000) / events, events, digest };
  };
  live(true);
  const { events, digest } = live(false);

  const listed: number[] = [];
  const absent: number[] = [];
  for (let i = 0; i < rounds; i++) {
    // Whoever goes first may find the caches warm, so they take turns at that, too.
    const first = live(i % 2 === 0);
    const second = live(i % 2 !== 0);
    const [one, other] = i % 2 === 0 ? [first, second] : [second, first];
    if (one.digest !== digest || other.digest !== digest) throw new Error('a family that never struck changed the run');
    listed.push(one.nsPerEvent);
    absent.push(other.nsPerEvent);
  }
  return {
    benchmark: 'faults',
    families: all.length,
    rounds,
    simulatedSeconds: seconds,
    events,
    digest,
    nsPerEventListed: Math.round(median(listed)),
    nsPerEventAbsent: Math.round(median(absent)),
    listedOverAbsent: rounded(median(listed.map((ns, i) => ns / (absent[i] ?? ns)))),
    node: process.version,
  };
}
