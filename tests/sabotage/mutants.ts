/**
 * Sabotage: real bugs of real systems, planted one at a time into the source as it is loaded, each of
 * which the simulator must find; and harmless changes, at which it must stay silent. The letters are those
 * of the catalogue of bugs that the project was begun with; `story` says what the bug is.
 *
 * An edit names a text that stands exactly once in its file. When that text is gone the edit fails, loudly:
 * a mutant that changes nothing would prove nothing.
 */
import type { Mutant } from './mutant.js';
import { CLIENT_BUGS } from './mutants/clients.js';
import { ELECTIONS } from './mutants/elections.js';
import { READ_BUGS } from './mutants/reads.js';
import { REGRESSION_BUGS } from './mutants/regressions.js';
import { RESOURCE_BUGS } from './mutants/resources.js';
import { REPLICATION } from './mutants/replication.js';
import { SNAPSHOT_BUGS } from './mutants/snapshots.js';
import { STORAGE_BUGS } from './mutants/storage.js';
import { SYSTEM_BUGS } from './mutants/systems.js';

export type { Edit, Mutant } from './mutant.js';
export { HARMLESS } from './mutants/harmless.js';

export const HARMFUL: readonly Mutant[] = [
  ...ELECTIONS,
  ...REPLICATION,
  ...SNAPSHOT_BUGS,
  ...STORAGE_BUGS,
  ...READ_BUGS,
  ...CLIENT_BUGS,
  ...RESOURCE_BUGS,
  ...REGRESSION_BUGS,
  ...SYSTEM_BUGS,
];
