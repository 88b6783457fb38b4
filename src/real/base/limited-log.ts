import { admit, openThinned, sweep, type Thinned, type ThinningRates } from '../../core/base/thinned.js';
import { LOG_LEVELS, type Log, type LogLevel } from './log.js';

/** Of an ordinary day a server writes a line now and then; strangers and faults can make it write thousands a second. */
const RATES: ThinningRates = { ofKind: { perSecond: 1, burst: 20 }, ofAll: { perSecond: 20, burst: 200 }, kindsMax: 200 };
/** Milliseconds after which it is said what was left out. */
const SWEEP_MS = 5_000;

/**
 * A log of which each kind of line is held to a rate, and all of them together. How many were left out it says some seconds later. Errors
 * are never left out, and neither is `debug`, which somebody asked for.
 */
export function limitedLog(log: Log, nowMs: () => number = () => performance.now()): Log {
  let thinned: Thinned = openThinned(RATES, nowMs());
  let sweeping: NodeJS.Timeout | null = null;
  const report = (): void => {
    sweeping = null;
    const { after, leftOut } = sweep(thinned, nowMs());
    thinned = after;
    for (const { kind, count } of leftOut) log(levelIn(kind), `left out ${count} more lines like: ${kind.slice(kind.indexOf(' ') + 1)}`);
  };
  return (level, text) => {
    if (level === 'error' || level === 'debug') return log(level, text);
    const { after, isAdmitted } = admit(thinned, kindOf(level, text), nowMs());
    thinned = after;
    if (isAdmitted) return log(level, text);
    sweeping ??= setTimeout(report, SWEEP_MS).unref();
  };
}

const KIND_CHARACTERS_MAX = 60;

/** A note goes by its name; of any other line what has a digit in it is a number, an address or a file. */
function kindOf(level: LogLevel, text: string): string {
  const note = /^[a-z]+(?:-[a-z]+)+(?= |$)/.exec(text)?.[0];
  return `${level} ${note ?? text.replace(/\S*\d\S*/g, '…').slice(0, KIND_CHARACTERS_MAX)}`;
}

function levelIn(kind: string): LogLevel {
  return LOG_LEVELS.find((level) => kind.startsWith(`${level} `)) ?? 'warn';
}
