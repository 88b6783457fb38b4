import { runSimulation, type Ran, type Size } from './run-simulation.js';
import type { Simulation } from './simulation.js';

/** A run may be tried so often over, and with so many events in all, as many times those of the run that failed. */
const RUNS_MAX = 150;
const EVENTS_FACTOR = 20;
const SHORTEST_MS = 50;

/** The smallest world found in which a seed breaks the same property. */
export interface Shrunk<State, Request, Response> {
  readonly size: Size;
  readonly ran: Ran<State, Request, Response>;
}

/**
 * Looks for a smaller world in which the same seed breaks the same property: a shorter time of faults, fewer of them, fewer clients and
 * servers, fewer calls. What is tried depends on what failed and on nothing else, so a seed always tells the same story.
 */
export function shrink<State, Message, Request, Response>(
  simulation: Simulation<State, Message, Request, Response>,
  seed: number,
  failed: Ran<State, Request, Response>,
): Shrunk<State, Request, Response> {
  const { violation, options, events } = failed.report;
  if (violation === undefined) return { size: {}, ran: failed };
  let best: Shrunk<State, Request, Response> = { size: {}, ran: failed };
  let runsLeft = RUNS_MAX;
  let eventsLeft = events * EVENTS_FACTOR;

  // A system can stand still for many reasons: one that has too few servers, or meets no fault, has a reason of its own.
  const isVague = violation.property === 'Liveness';
  /** @returns Whether a world of this size fails too; it is the best one so far then. */
  const fails = (more: Size): boolean => {
    if (runsLeft <= 0 || eventsLeft <= 0) return false;
    const size = { ...best.size, ...more };
    const ran = runSimulation(simulation, seed, { size });
    runsLeft--;
    eventsLeft -= ran.report.events;
    if (ran.report.violation?.property !== violation.property) return false;
    best = { size, ran };
    return true;
  };
  const shorter = (): void => void timesBelow(best.size.chaosMs ?? options.chaosMs).some((chaosMs) => fails({ chaosMs }));
  const fewerFaults = (): void => {
    const all = best.size.faults ?? options.faults.map((_, place) => place);
    if (all.length === 0 || (!isVague && fails({ faults: [] }))) return;
    for (const place of all) {
      const now: readonly number[] = best.size.faults ?? all;
      if (now.length > 1) fails({ faults: now.filter((other) => other !== place) });
    }
  };

  shorter();
  fewerFaults();
  below(options.workload.clients).some((clients) => fails({ clients }));
  if (!isVague) below(options.servers).some((servers) => fails({ servers }));
  [1, 2, 3, 5, 8, 13, 21, 34].some((calls) => fails({ calls }));
  shorter();
  fewerCalls(
    () => callNames(best.ran),
    (without) => fails({ without: [...(best.size.without ?? []), ...without] }),
  );
  shorter();
  fewerFaults();
  return best;
}

/** 1, 2 .. up to below `count`. */
const below = (count: number): readonly number[] => Array.from({ length: Math.max(0, count - 1) }, (_, i) => i + 1);

/** Spans below one, from short to long, each half as long again as the one before. */
function timesBelow(spanMs: number): readonly number[] {
  const spans: number[] = [];
  for (let ms = SHORTEST_MS; ms < spanMs * 0.9; ms = Math.ceil(ms * 1.5)) spans.push(ms);
  return spans;
}

/** The calls of a run by their names, such as `c1.4`, the latest first. */
function callNames({ calls }: Ran<unknown, unknown, unknown>): readonly string[] {
  return calls.toSorted((a, b) => b.callMs - a.callMs).map(({ client, number }) => `${client}.${number}`);
}

/** Leaves out calls: first many at once, then fewer, as long as the run still fails without them. */
function fewerCalls(names: () => readonly string[], failsWithout: (calls: readonly string[]) => boolean): void {
  for (let size = Math.ceil(names().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < names().length; ) if (!failsWithout(names().slice(at, at + size))) at += size;
  }
}
