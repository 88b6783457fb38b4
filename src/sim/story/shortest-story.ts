import { inShort } from './in-short.js';
import { Narrator } from './narrator.js';
import type { Operation } from '../checkers/history.js';
import type { Observer } from '../world/observer.js';
import type { RunReport } from '../run/report.js';
import { RUN_LIMIT_MS, runWithin } from '../run/limited-run.js';
import { optionsOf } from '../run/run.js';
import type { RunOptions } from '../options/run-options.js';
import type { AnyScenario } from '../run/scenario.js';
import { themeOf } from './relevance.js';

/** A run and its story. */
export interface Told {
  readonly report: RunReport;
  readonly lines: readonly string[];
  /** When the story is over, in microseconds of world time. */
  readonly endUs: number;
  /** What came of it, in the words of the story; empty when every property held. */
  readonly end: string;
}

/** A story of what went wrong has no more lines than this. */
export const STORY_LINES_MAX = 25;

/** A clock that is off by less than so many parts in a million is no part of a story. */
const REMARKABLE_PPM = 10_000;
const PPM_PER_PERCENT = 10_000;
/** Said by the lines already: when calls began and returned, and versions that stand twice in a sentence. */
const SPANS = / [\d.]+ ms \.\. [\d.]+ ms/g;
const SAME_VERSION = /(, version (\d+)) \(version \2\)/g;

/** Lives one seed, for at most `limitMs` of wall time, and tells it: all of it when every property held, else what has a part in what went wrong. */
export function tellRun(scenario: AnyScenario, seed: number, observers: readonly Observer[] = [], limitMs = RUN_LIMIT_MS): Told {
  const { system } = scenario;
  const options = optionsOf(scenario, seed);
  const narrator = new Narrator({
    servers: options.servers,
    tell: (message) => system.tell(message),
    callLine: (said) => system.callLine?.(said) ?? inShort(said),
    news: (before, after) => system.news?.(before, after) ?? null,
  });
  let operations: readonly Operation[] = [];
  const report = runWithin(limitMs, scenario, seed, { observers: [...observers, narrator], onHistory: (all) => (operations = all) });
  const { violation } = report;
  if (violation === undefined)
    return { report, lines: [...clockLines(options), ...narrator.story(null).lines], endUs: report.simulatedMs * 1_000, end: '' };
  const theme = themeOf(violation, asJudged(operations));
  const message = theme.message.replace(SPANS, '').replace(SAME_VERSION, '$1');
  const clocks = clockLines(options);
  const { lines, last } = narrator.story(theme, message, STORY_LINES_MAX - clocks.length);
  return { report, lines: [...clocks, ...lines], endUs: theme.endUs, end: `${violation.property}: ${last}` };
}

/** Of a system that keeps no versions every answer says 0, and its histories are judged without. */
function asJudged(operations: readonly Operation[]): readonly Operation[] {
  const hasVersions = operations.some(({ resultVersion }) => resultVersion !== null && resultVersion > 0);
  return hasVersions ? operations : operations.map((operation) => ({ ...operation, resultVersion: null }));
}

/** Of the seeds first .. last the run with the shortest story among those that show the scenario's finding, and of equals the one that is over first; null when none does. `onSeed` is called before each seed. */
export function shortestStory(scenario: AnyScenario, firstSeed: number, lastSeed: number, onSeed?: (seed: number) => void): Told | null {
  let shortest: Told | null = null;
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    onSeed?.(seed);
    const told = tellRun(scenario, seed);
    if (told.report.verdict === 'found' && (shortest === null || isShorter(told, shortest))) shortest = told;
  }
  return shortest;
}

function isShorter(one: Told, other: Told): boolean {
  return one.lines.length < other.lines.length || (one.lines.length === other.lines.length && one.endUs < other.endUs);
}

/** Clocks that are wrong from the beginning, which nothing in a run says. */
function clockLines({ clocks }: RunOptions): readonly string[] {
  return clocks.flatMap(({ ratePpm }, i) => {
    if (Math.abs(ratePpm) < REMARKABLE_PPM) return [];
    return [
      `${'0.0'.padStart(9)}  * the clock of s${i + 1} runs ${Math.abs(ratePpm) / PPM_PER_PERCENT} % too ${ratePpm > 0 ? 'fast' : 'slow'}`,
    ];
  });
}
