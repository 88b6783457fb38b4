import { fullAllowance, refilled, spend, type Allowance, type Rate } from './rate.js';

/** How much of a stream of lines is let through. */
export interface ThinningRates {
  /** Of lines of one kind. */
  readonly ofKind: Rate;
  /** Of all lines together. */
  readonly ofAll: Rate;
  /** Kinds that are told apart; further ones count as one. */
  readonly kindsMax: number;
}

/** Lines of many kinds of which each kind, and all together, are held to a rate, as a value; what is left out is counted. */
export interface Thinned {
  readonly rates: ThinningRates;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly all: Allowance;
}

interface Kind {
  readonly allowance: Allowance;
  readonly leftOut: number;
}

/** How many lines of a kind were left out. */
export interface LeftOut {
  readonly kind: string;
  readonly count: number;
}

/** What kinds beyond the bound are called. */
const OTHER = 'other';

export function openThinned(rates: ThinningRates, nowMs: number): Thinned {
  return { rates, kinds: new Map(), all: fullAllowance(rates.ofAll, nowMs) };
}

/** Takes up one line. @returns Whether it is let through. */
export function admit(before: Thinned, kind: string, nowMs: number): { readonly after: Thinned; readonly isAdmitted: boolean } {
  const { rates } = before;
  const name = before.kinds.has(kind) || before.kinds.size < rates.kindsMax ? kind : OTHER;
  const { allowance, leftOut } = before.kinds.get(name) ?? { allowance: fullAllowance(rates.ofKind, nowMs), leftOut: 0 };
  const ofKind = spend(allowance, rates.ofKind, nowMs);
  const ofAll = spend(before.all, rates.ofAll, nowMs);
  const isAdmitted = ofKind !== null && ofAll !== null;
  const kinds = new Map(before.kinds).set(name, isAdmitted ? { allowance: ofKind, leftOut } : { allowance, leftOut: leftOut + 1 });
  return { after: { rates, kinds, all: isAdmitted ? ofAll : before.all }, isAdmitted };
}

/** Forgets kinds that have been quiet. @returns What was left out since the last time. */
export function sweep(before: Thinned, nowMs: number): { readonly after: Thinned; readonly leftOut: readonly LeftOut[] } {
  const { ofKind } = before.rates;
  const leftOut: LeftOut[] = [];
  const kinds = new Map<string, Kind>();
  for (const [kind, { allowance, leftOut: count }] of before.kinds) {
    if (count > 0) leftOut.push({ kind, count });
    const now = refilled(allowance, ofKind, nowMs);
    if (now.left < ofKind.burst) kinds.set(kind, { allowance: now, leftOut: 0 });
  }
  return { after: { ...before, kinds }, leftOut };
}
