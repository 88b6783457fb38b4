/**
 * Named moments that must be seen *sometimes* (as stateright's `sometimes` and TigerBeetle's marks): a
 * campaign in which an expected one never happened has proved less than it seems, and says so.
 */
export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Counts one sight of `name`. */
  mark(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Names and counts, ascending by name, so that equal runs print equal text. */
  counts(): Readonly<Record<string, number>> {
    return sortedRecord(this.#counts);
  }
}

/** Adds the counts of one run to a campaign's. */
export function addCounts(total: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(counts)) total.set(name, (total.get(name) ?? 0) + (counts[name] ?? 0));
}

/** A map as an object whose names ascend. No name here looks like an integer, so the order stays. */
export function sortedRecord(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const names = [...counts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const record: Record<string, number> = {};
  for (const name of names) record[name] = counts.get(name) ?? 0;
  return record;
}

/** The moment of a run in which the simulator found what its scenario expects it to. */
export const FOUND = 'found-as-expected';

/** A moment that a scenario promises and that a campaign did not bring. */
export interface NeverSeen {
  readonly scenario: string;
  readonly moment: string;
}

/**
 * The promised moments that never happened.
 *
 * @param expected Names for each scenario that was run, in the order of running.
 * @param seen What a campaign counted for each scenario.
 */
export function neverSeen(
  expected: readonly { readonly name: string; readonly expected: readonly string[] }[],
  seen: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly NeverSeen[] {
  const missing: NeverSeen[] = [];
  for (const scenario of expected) {
    const counts = seen.get(scenario.name);
    for (const moment of scenario.expected) {
      if ((counts?.get(moment) ?? 0) === 0) missing.push({ scenario: scenario.name, moment });
    }
  }
  return missing;
}
