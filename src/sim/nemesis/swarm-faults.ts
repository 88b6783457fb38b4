import type { Hosted } from '../cluster/hosted.js';
import { suitable } from './faults/needs.js';
import type { Draws } from '../options/draws.js';
import { FAMILIES, fault } from './faults/families.js';
import { FAULT_GROUPS } from './faults/family.js';
import type { FaultSchedule } from '../options/fault-schedule.js';
import type { WorkloadOptions } from '../options/run-options.js';

/**
 * Some of all families. Each group is off in one of four worlds, and of the others each world has many families or few:
 * one of eight, one of four, or one of two. Each choice is a draw of its own name, so that a new family changes no other. Those that
 * the system cannot suffer are left out; whether it keeps files is for the caller to know.
 */
export function swarmFaults(draws: Draws, system: Hosted): readonly FaultSchedule[] {
  const oneOf = draws.oneOf('one family of', [8, 4, 2]);
  const groups = FAULT_GROUPS.filter((group) => draws.chance(`group ${group}`, 3, 4));
  const chosen = FAMILIES.filter(({ name, group }) => draws.chance(`harm ${name}`, 1, oneOf) && groups.includes(group));
  return chosen.filter((family) => suitable(family, system)).map(({ name, every, lasts }) => fault(name, every, lasts));
}

/** Shares of the operations in all that clients do. */
export type OperationWeights = Pick<WorkloadOptions, 'getWeight' | 'setWeight' | 'putWeight' | 'deleteWeight'>;

/**
 * Weights of the operations that clients do: each is off in one of three worlds, never all of them.
 *
 * @param isSessionless Some client has no session. Then nothing is deleted, and something is read or set: a put that
 *   conflicts may be the work of its own copy, so who does nothing else never learns a version and gets nothing done.
 */
export function swarmOperations(draws: Draws, isSessionless: boolean): OperationWeights {
  const weight = (name: string, most: number): number => {
    const drawn = draws.between(`weight of ${name}`, 1, most);
    return draws.chance(`operation ${name}`, 2, 3) ? drawn : 0;
  };
  const getWeight = weight('get', 4);
  const setWeight = weight('set', 4);
  const putWeight = weight('put', 3);
  const deleteWeight = isSessionless ? 0 : weight('delete', 2);
  const isAnyOn = isSessionless ? getWeight + setWeight > 0 : getWeight + setWeight + putWeight + deleteWeight > 0;
  return { getWeight, setWeight: isAnyOn ? setWeight : 1, putWeight, deleteWeight };
}
