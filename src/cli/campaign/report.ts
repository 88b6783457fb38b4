import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExploreOptions, ExploreReport } from '../../sim/campaign/campaign.js';
import type { FirstDifference } from '../../sim/replay/first-difference.js';
import { commandToRepeat, type RunReport } from '../../sim/run/report.js';
import type { AnyScenario } from '../../sim/run/scenario.js';
import { out } from '../terminal/colours.js';
import { entry, headline, table } from '../terminal/entry.js';
import { count, grouped, short, span } from '../terminal/output.js';
import { violationText, whenAndHow, type Violation } from '../../sim/checkers/violation.js';

/** More moments that were not seen yet are told in one line. */
const MISSING_MAX = 3;

/** What a report lists beside what matters. */
export interface Listed {
  /** Each moment with its count. */
  readonly moments: boolean;
  /** Each expected moment that was not seen yet, however many. */
  readonly missing: boolean;
}

/** One run for a person: the verdict first, then what happened in it, then what to do next, with `repeatWith` behind the command. */
export function runReportLines(scenario: AnyScenario, report: RunReport, repeatWith = '', listsMoments = false): readonly string[] {
  const { seed, violation } = report;
  const ran =
    `${count(report.events, 'event')}, ${span(report.simulatedMs)} simulated in ${span(report.wallMs)}, ` +
    `${count(report.commits, 'commit')}, ${count(report.operations, 'client operation')} (${grouped(report.unknownOutcomes)} of unknown outcome)`;
  const trace = `${commandToRepeat(report.scenario, seed, repeatWith)} --trace`;
  return [
    ...headline(
      ...verdictWord(report),
      `${report.scenario} seed ${seed}: ${violation === undefined ? scenario.title : violation.property}`,
    ),
    ...(violation === undefined ? [] : entry('', whenAndHow(violation))),
    ...thrownLines(violation),
    ...findingLines(scenario, report),
    ...(violation === undefined ? [] : [`again   ${trace}`]),
    ...entry('ran', ran),
    ...entry('digest', report.digest),
    ...momentLines(report.moments, listsMoments),
  ];
}

function verdictWord({ verdict }: RunReport): readonly [word: string, paint: (word: string) => string] {
  return verdict === 'pass' ? ['passed', out.green] : verdict === 'found' ? ['found', out.green] : ['failed', out.red];
}

/** What a scenario that expects a finding has to say about a run with it, and about one without. */
function findingLines({ finding }: AnyScenario, { verdict }: RunReport): readonly string[] {
  if (finding === undefined || verdict === 'violation') return [];
  if (verdict === 'found') return entry('lesson', finding.lesson);
  const expected = finding.properties.join(' or ');
  return entry('', `this scenario expects the simulator to find ${expected} broken; this seed does not show it, try another`).map((line) =>
    out.dim(line),
  );
}

/** A campaign for a person: the verdict, what is wrong and the commands that repeat it, then how much was done and seen. */
export function exploreReportLines(options: ExploreOptions, report: ExploreReport, listed: Partial<Listed> = {}): readonly string[] {
  const perSecond = (n: number): string => short(report.wallMs > 0 ? (n / report.wallMs) * 1_000 : 0);
  return [
    ...verdictLines(options, report),
    ...report.nonDeterminism.flatMap(({ scenario, seed, digests, firstDifference, cause, repeat }) => [
      ...entry('differs', `${scenario} seed ${seed}: ${digests.join(' and then ')}`).map((line) => out.red(line)),
      ...entry('since', cause),
      ...differenceLines(firstDifference),
      `again   ${repeat}`,
    ]),
    ...report.failures.flatMap(({ scenario, seed, violation, repeat }) => [
      ...entry('failed', `${scenario} seed ${seed}: ${violationText(violation)}`).map((line) => out.red(line)),
      ...thrownLines(violation),
      `again   ${repeat}`,
    ]),
    ...dueLines(report),
    ...entry('seeds', seedsWords(options, report)),
    ...entry(
      'ran',
      `${span(report.wallMs)}: ${perSecond(report.runs)} runs/s, ${short(report.events)} events (${perSecond(report.events)}/s), ` +
        `${span(report.simulatedMs)} of simulated time, ${count(report.commits, 'commit')}`,
    ),
    ...seenLines(report, listed.moments === true),
    ...notYetLines(report, listed.missing === true),
    ...entry('states', `${count(report.shapes, 'abstract state')} of the cluster; ${quietWords(report.quietSeeds)}`),
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

function verdictLines(options: ExploreOptions, report: ExploreReport): readonly string[] {
  const what = `${runsWords(report)} of ${count(options.scenarios.length, 'scenario')}`;
  const untouched = report.untouched.length === 0 ? '' : `; ${count(report.untouched.length, 'scenario')} not touched`;
  switch (report.verdict) {
    case 'pass':
      return headline('passed', out.green, `${what}: every property held${untouched}`);
    case 'violation':
      return headline('failed', out.red, `${what}: ${count(report.failures.length, 'run')} broke a property${untouched}`);
    case 'non-determinism':
      return headline(
        'failed',
        out.red,
        `${what}: one seed gave two different runs: this is not deterministic, and no verdict can be trusted`,
      );
    case 'never-seen':
      return headline('hollow', out.yellow, `${what}: every property held, but an expected moment was never seen`);
    case 'interrupted':
      return headline('stopped', out.yellow, `after ${runsWords(report)}: every property held so far${untouched}`);
  }
}

/** "9 of 87 runs" of a campaign that did not come to its end. */
function runsWords({ runs, runsPlanned }: ExploreReport): string {
  return runsPlanned === null || runs === runsPlanned ? count(runs, 'run') : `${grouped(runs)} of ${count(runsPlanned, 'run')}`;
}

function seedsWords({ firstSeed, lastSeed, shard, jobs }: ExploreOptions, { rechecked }: ExploreReport): string {
  const which = lastSeed === null ? `from ${firstSeed} on` : `${firstSeed}..${lastSeed}`;
  const part = shard.count === 1 ? '' : `, shard ${shard.index}/${shard.count}`;
  return `${which}${part}, in ${count(jobs, 'job')}; ${grouped(rechecked)} run twice and compared`;
}

function quietWords(seeds: number): string {
  return seeds === 0
    ? 'the last seed still brought a new state or moment'
    : `no new state and no new moment in the last ${count(seeds, 'seed')}`;
}

/** How much of what is expected was seen. */
function seenLines({ expectedMoments, neverSeen, moments }: ExploreReport, isListed: boolean): readonly string[] {
  if (isListed) return momentLines(moments, true);
  const all = `${count(Object.keys(moments).length, 'different moment')} (--moments lists them)`;
  if (expectedMoments === 0) return entry('seen', all);
  return entry(
    'seen',
    `${all}; the scenarios saw ${grouped(expectedMoments - neverSeen.length)} of the ${grouped(expectedMoments)} that they expect`,
  );
}

/** Expected moments that had their chances and never came. */
function dueLines({ neverSeen }: ExploreReport): readonly string[] {
  return neverSeen
    .filter(({ isDue }) => isDue)
    .flatMap(({ scenario, moment }) => entry('never', `${moment}, expected of ${scenario}`).map((line) => out.yellow(line)));
}

/** A short campaign may well miss some; then it is a remark and not a finding, and many are folded into one. */
function notYetLines({ neverSeen }: ExploreReport, all: boolean): readonly string[] {
  const early = neverSeen.filter(({ isDue }) => !isDue);
  const lines =
    all || early.length <= MISSING_MAX
      ? early.flatMap(({ scenario, moment }) => entry('not yet', `${moment}, expected of ${scenario}`))
      : entry(
          'not yet',
          `${count(early.length, 'expected moment')} of ${count(new Set(early.map(({ scenario }) => scenario)).size, 'scenario')}, which need more runs; --missing lists them`,
        );
  return lines.map((line) => out.dim(line));
}

/** The first event that differs, as both runs had it. */
function differenceLines({ event, where, lives, before }: FirstDifference): readonly string[] {
  return [
    `first   ${event === 0 ? 'before the first event' : `in event ${event}`}: ${where}`,
    ...behind('before', before),
    ...behind('once', lives[0]),
    ...behind('then', lives[1]),
  ];
}

/** Where in code it was thrown. */
export function thrownLines(violation: Violation | undefined): readonly string[] {
  return behind(
    'thrown',
    (violation?.thrownAt ?? []).map((frame) => `at ${frame.replace(/file:\/\/[^:)]*/, (address) => fromHere(address))}`),
  );
}

/** The path of a file as it is shorter to read: from the working directory, if it is inside it. */
function fromHere(address: string): string {
  const path = fileURLToPath(address);
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') ? path : inside;
}

function behind(title: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(8)}${line}`);
}

function momentLines(moments: Readonly<Record<string, number>>, isListed: boolean): readonly string[] {
  const cells = Object.entries(moments).map(([name, n]) => `${name} ${grouped(n)}`);
  return isListed ? table('seen', cells) : entry('seen', `${count(cells.length, 'different moment')} (--moments lists them)`);
}

function nextLines({ scenarios, firstSeed, repeatWith = '' }: ExploreOptions, report: ExploreReport): readonly string[] {
  if (report.failures.length > 0 || report.nonDeterminism.length > 0 || report.interrupted) return [];
  // Scenarios of a user's own: ours are not among them, and our cluster is not what they are about.
  if (repeatWith !== '')
    return [
      `next    ${commandToRepeat(scenarios[0] ?? '', firstSeed, repeatWith)} --story   run one seed again, and read what clients saw`,
    ];
  return [
    'next    npx seedstorm run leader-failure --seed 42 --trace   run one seed again, line by line',
    '        npx seedstorm cluster --servers 3                    start three real servers on this machine',
  ];
}
