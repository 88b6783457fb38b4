/** How often something may happen. */
export interface Rate {
  /** In the long run. Above 0. */
  readonly perSecond: number;
  /** At once, after a pause. 1 or more. */
  readonly burst: number;
}

/** What is left of a rate, as a value (a token bucket). Times are milliseconds of one clock of the caller's that never goes back. */
export interface Allowance {
  readonly left: number;
  readonly atMs: number;
}

/** The allowance of somebody who has used nothing. */
export function fullAllowance({ burst }: Rate, nowMs: number): Allowance {
  return { left: burst, atMs: nowMs };
}

/** What has come back by now. */
export function refilled({ left, atMs }: Allowance, { perSecond, burst }: Rate, nowMs: number): Allowance {
  return { left: Math.min(burst, left + ((nowMs - atMs) * perSecond) / 1_000), atMs: nowMs };
}

/** @returns What is left when it happens once more now; null when that is too often. */
export function spend(allowance: Allowance, rate: Rate, nowMs: number): Allowance | null {
  const { left } = refilled(allowance, rate, nowMs);
  return left < 1 ? null : { left: left - 1, atMs: nowMs };
}
