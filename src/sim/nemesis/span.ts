import { BadScenario } from '../base/bad-scenario.js';

/** Milliseconds, or words: `250ms`, `2s`, `1.5s`, `3m`. */
export type Span = number | `${number}${'us' | 'ms' | 's' | 'm'}`;

const MS_OF: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };

/** A span in milliseconds. @throws {BadScenario} When it is none; `what` says whose. */
export function spanMs(span: Span, what: string): number {
  if (typeof span === 'number' && Number.isFinite(span) && span >= 0) return span;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(String(span)) ?? [];
  const factor = MS_OF[unit];
  if (digits === undefined || factor === undefined)
    throw new BadScenario(
      `${what}: a span is a number of milliseconds or words such as '250ms', '2s' or '1.5s', not ${JSON.stringify(span)}`,
    );
  return Number(digits) * factor;
}
