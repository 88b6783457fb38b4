import type { ExploreOptions, ExploreReport } from '../sim/campaign.js';
import type { FirstDifference } from '../sim/first-difference.js';
import { commandToRepeat, type RunReport } from '../sim/report.js';
import type { Scenario } from '../sim/scenario.js';
import { out } from './colours.js';
import { count, grouped, short, span } from './output.js';

/** How many moments stand on one line of a report. */
const MOMENTS_PER_LINE = 3;

/** More moments that were not seen yet are told in one line. */
const MISSING_MAX = 3;

/** One run for a person: the verdict first, then what was lived, then what to do next, with `repeatWith` behind the command. */
export function runReportLines(scenario: Scenario, report: RunReport, repeatWith = ''): readonly string[] {
  const { seed, violation } = report;
  const lived =
    `${count(report.events, 'event')}, ${span(report.simulatedMs)} simulated in ${span(report.wallMs)}, ` +
    `${count(report.commits, 'commit')}, ${count(report.operations, 'client operation')} (${grouped(report.unknownOutcomes)} of unknown outcome)`;
  const lines = [
    `${verdictWord(report)}  ${report.scenario} seed ${seed}: ${violation === undefined ? scenario.title : violation.property}`,
    ...(violation === undefined ? [] : [`        at ${violation.atMs} ms: ${violation.message}`]),
    ...findingLines(scenario, report),
    `lived   ${lived}`,
    `digest  ${report.digest}`,
    ...momentLines(report.moments),
  ];
  const trace = `${commandToRepeat(report.scenario, seed, repeatWith)} --trace`;
  return violation === undefined ? lines : [...lines, `again   ${trace}`];
}

function verdictWord({ verdict }: RunReport): string {
  return verdict === 'pass' ? out.green('passed') : verdict === 'found' ? out.green('found ') : out.red('failed');
}

/** What a scenario that expects a finding has to say about a run with it, and about one without. */
function findingLines({ finding }: Scenario, { verdict }: RunReport): readonly string[] {
  if (finding === undefined || verdict === 'violation') return [];
  if (verdict === 'found') return [`lesson  ${finding.lesson}`];
  return [out.dim(`        this scenario expects the simulator to find ${finding.properties.join(' or ')} broken; this seed does not show it, try another`)];
}

/** A campaign for a person. `missing`: with each promised moment that was not seen yet, however many. */
export function exploreReportLines(options: ExploreOptions, report: ExploreReport, missing = false): readonly string[] {
  const eventsPerSecond = report.wallMs > 0 ? (report.events / report.wallMs) * 1_000 : 0;
  return [
    verdictLine(options, report),
    `lived   ${short(report.events)} events (${short(eventsPerSecond)}/s), ${span(report.simulatedMs)} simulated in ${span(report.wallMs)}, ` +
      `${count(report.commits, 'commit')}; ${count(report.rechecked, 'run')} lived twice and compared`,
    ...momentLines(report.moments),
    `shapes  ${count(report.shapes, 'abstract cluster shape')}; ${quietWords(report.quietSeeds)}`,
    ...neverSeenLines(report, missing),
    ...report.nonDeterminism.flatMap(({ scenario, seed, digests, firstDifference, repeat }) => [
      out.red(`differs ${scenario} seed ${seed}: ${digests.join(' and then ')}`),
      ...differenceLines(firstDifference),
      `again   ${repeat}`,
    ]),
    ...report.failures.flatMap(({ scenario, seed, violation, repeat }) => [
      out.red(`failed  ${scenario} seed ${seed}: ${violation.property} at ${violation.atMs} ms: ${violation.message}`),
      `again   ${repeat}`,
    ]),
    ...nextLines(options, report),
  ];
}

/** A campaign for a program: the words of the report, and those that `run` shares with it. */
export function exploreReportJson(options: ExploreOptions, report: ExploreReport): object {
  const first = report.failures[0];
  return {
    scenario: options.scenarios.length === 1 ? options.scenarios[0] : null,
    seed: first?.seed ?? null,
    digest: first?.digest ?? null,
    ...(first === undefined ? {} : { violation: first.violation }),
    ...report,
    scenarios: options.scenarios,
    firstSeed: options.firstSeed,
    lastSeed: options.lastSeed,
    untilQuiet: options.untilQuiet ?? null,
    shard: options.shard,
  };
}

function verdictLine(options: ExploreOptions, report: ExploreReport): string {
  const what = `${runsWords(report)} of ${count(options.scenarios.length, 'scenario')}`;
  const untouched = report.untouched.length === 0 ? '' : `; ${count(report.untouched.length, 'scenario')} not touched`;
  switch (report.verdict) {
    case 'pass':
      return `${out.green('passed')}  ${what}: every property held${untouched}`;
    case 'violation':
      return `${out.red('failed')}  ${what}: ${count(report.failures.length, 'run')} broke a property${untouched}`;
    case 'non-determinism':
      return `${out.red('failed')}  ${what}: one seed gave two different runs, so no verdict can be trusted`;
    case 'never-seen':
      return `${out.yellow('hollow')}  ${what}: every property held, but a promised moment was never seen`;
    case 'interrupted':
      return `${out.yellow('stopped')} after ${runsWords(report)}: every property held so far${untouched}`;
  }
}

/** "9 of 87 runs" of a campaign that did not come to its end. */
function runsWords({ runs, runsPlanned }: ExploreReport): string {
  return runsPlanned === null || runs === runsPlanned ? count(runs, 'run') : `${grouped(runs)} of ${count(runsPlanned, 'run')}`;
}

function quietWords(seeds: number): string {
  return seeds === 0 ? 'the last seed still brought a moment or a shape that was new' : `no new one, and no new moment, in the last ${count(seeds, 'seed')}`;
}

/** A short campaign may well miss some; then it is a remark and not a finding, and many are folded into one. */
function neverSeenLines({ neverSeen }: ExploreReport, all: boolean): readonly string[] {
  const early = neverSeen.filter(({ isDue }) => !isDue);
  const folded = out.dim(`not yet ${count(early.length, 'promised moment')} of ${count(new Set(early.map(({ scenario }) => scenario)).size, 'scenario')}; --missing lists them`);
  return [
    ...neverSeen.filter(({ isDue }) => isDue).map(({ scenario, moment }) => out.yellow(`never   ${moment}, promised by ${scenario}`)),
    ...(all || early.length <= MISSING_MAX ? early.map(({ scenario, moment }) => out.dim(`not yet ${moment}, promised by ${scenario}`)) : [folded]),
  ];
}

/** The first event that differs, as both lives had it. */
function differenceLines({ event, where, lives, before }: FirstDifference): readonly string[] {
  return [
    `first   ${event === 0 ? 'before the first event' : `in event ${event}`}: ${where}`,
    ...behind('before', before),
    ...behind('once', lives[0]),
    ...behind('then', lives[1]),
  ];
}

function behind(title: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(8)}${line}`);
}

function momentLines(moments: Readonly<Record<string, number>>): readonly string[] {
  const cells = Object.entries(moments).map(([name, n]) => `${name} ${grouped(n)}`);
  const width = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += MOMENTS_PER_LINE) {
    const row = cells.slice(at, at + MOMENTS_PER_LINE).map((cell) => cell.padEnd(width)).join('').trimEnd();
    lines.push(`${at === 0 ? 'seen    ' : '        '}${row}`);
  }
  return lines;
}

function nextLines({ scenarios, firstSeed, repeatWith = '' }: ExploreOptions, report: ExploreReport): readonly string[] {
  if (report.failures.length > 0 || report.nonDeterminism.length > 0 || report.interrupted) return [];
  // Scenarios of a user's own: ours are not among them, and our cluster is not what they are about.
  if (repeatWith !== '') return [`next    ${commandToRepeat(scenarios[0] ?? '', firstSeed, repeatWith)} --story   live one seed again, and read what clients saw`];
  return [
    'next    npx seedstorm run leader-failure --seed 42 --trace   live one seed again, line by line',
    '        npx seedstorm cluster --servers 3                    start three real servers on this machine',
  ];
}
