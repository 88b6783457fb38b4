import type { FaultSchedule, Spans } from '../options/fault-schedule.js';
import { FAMILIES, fault, type FaultName } from './faults/families.js';

/**
 * A function for each family of faults: `faults.partition({ every: [500, 2_000], lasts: [100, 1_000] })`. Without spans, `faults.kill()`,
 * it strikes as often and for as long as its family has it. docs/FAULTS.md says what each does.
 */
export const faults = Object.fromEntries(
  FAMILIES.map(({ name, ...family }) => [name, ({ every = family.every, lasts = family.lasts }: Spans = {}) => fault(name, every, lasts)]),
) as { readonly [Name in FaultName]: (spans?: Spans) => FaultSchedule };
