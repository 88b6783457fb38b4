import { nodeId } from '../../../core/base/units.js';
import { namesOf } from '../../base/names-of.js';
import type { Hosted } from '../../cluster/hosted.js';
import type { RunOptions } from '../../options/run-options.js';

/** Something that a system can tell of itself, or let be done to it, and that some faults cannot do without. */
export type Capability =
  | 'files'
  | 'recovery.holds'
  | 'takeOver'
  | 'leadership'
  | 'leadership.hasCommitted'
  | 'leadership.stands'
  | 'leadership.votedFor'
  | 'leadership.logEnd'
  | 'leadership.committed'
  | 'leadership.hasEntry';

/** What each capability is, and where a system says so. */
const CAPABILITIES: Readonly<Record<Capability, string>> = {
  files: 'files that its machine can judge (Machine.recovery, which durable() brings)',
  'recovery.holds': 'a judgement of which log entries its files hold (recovery.holds)',
  takeOver: 'an operator who decides who leads (takeOver)',
  leadership: 'a leader (leadership.leads)',
  'leadership.hasCommitted': 'to tell whether a leader has committed in its term (leadership.hasCommitted)',
  'leadership.stands': 'to tell who stands for election (leadership.stands)',
  'leadership.votedFor': 'to tell who has whose vote (leadership.votedFor)',
  'leadership.logEnd': 'to tell where a log ends (leadership.logEnd)',
  'leadership.committed': 'to tell what is committed (leadership.committed)',
  'leadership.hasEntry': 'to tell which entries a log has (leadership.hasEntry)',
};

/** A family, as far as it matters here. */
interface Needing {
  readonly name: string;
  readonly needs?: readonly Capability[];
}

/** All of them, in the words of {@link Capability}. */
export const CAPABILITY_NAMES = namesOf(CAPABILITIES);

/**
 * Why a fault can never strike in such a run, in one line; null if it can.
 *
 * @param options Of the run; whether a system keeps files may hang on them.
 */
export function unsupported({ name, needs = [] }: Needing, system: Hosted, options: RunOptions): string | null {
  return lackingLine(`the fault ${name}`, needs, system, options);
}

/** The first of these capabilities that a system lacks, as a line about what needs it; null when it has them all. */
export function lackingLine(what: string, needs: readonly Capability[], system: Hosted, options: RunOptions): string | null {
  const lacking = needs.find((capability) => !has(capability, system, options));
  return lacking === undefined ? null : `${what} needs ${CAPABILITIES[lacking]}, which the system "${system.name}" lacks`;
}

/** The faults that a system can suffer, of those that hang on no option of a run. */
export function suitable({ needs = [] }: Needing, system: Hosted): boolean {
  return needs.every((capability) => capability === 'files' || capability === 'recovery.holds' || hasAlways(capability, system));
}

function has(capability: Capability, system: Hosted, options: RunOptions): boolean {
  if (capability !== 'files' && capability !== 'recovery.holds') return hasAlways(capability, system);
  const recovery = system.recovery?.(options, nodeId(1)) ?? null;
  return recovery !== null && (capability === 'files' || recovery.holds !== undefined);
}

function hasAlways(capability: Exclude<Capability, 'files' | 'recovery.holds'>, { leadership, takeOver }: Hosted): boolean {
  if (capability === 'takeOver') return takeOver !== undefined;
  if (capability === 'leadership') return leadership !== undefined;
  return leadership?.[capability.slice('leadership.'.length) as keyof typeof leadership] !== undefined;
}
