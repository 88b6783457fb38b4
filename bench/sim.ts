import { raftSystem } from '../src/sim/systems/raft/system.js';
/** `seedstorm bench sim`: how fast the simulated world lives RAFTSIM-1, beside a bare event loop taken in the same run. */
import { performance } from 'node:perf_hooks';
import { runOptions } from '../src/sim/run/run.js';
import { bareEventLoop } from './yardstick.js';
import { fullOptions } from './full.js';
import { bareWorld, CLIENTS } from './raftsim.js';
import { median, rounded } from './statistics.js';

export type SimProfile = 'core' | 'full' | 'codec' | 'idle';

export interface SimBenchOptions {
  readonly profile: SimProfile;
  readonly servers: number;
  readonly seed: number;
  /** Simulated seconds of each round; 600 unless said otherwise. */
  readonly seconds?: number;
  /** Rounds, each with its yardstick; the median is reported. 9 unless said otherwise. */
  readonly rounds?: number;
  /** Events of the yardstick in each round; 4 000 000 unless said otherwise. */
  readonly bareEvents?: number;
}

/** One JSON object. Rates are medians over the rounds, of wall time. */
export interface SimBenchResult {
  readonly benchmark: 'RAFTSIM-1';
  readonly profile: SimProfile;
  readonly servers: number;
  readonly clients: number;
  readonly seed: number;
  readonly rounds: number;
  readonly simulatedSeconds: number;
  readonly events: number;
  readonly commits: number;
  readonly digest: string;
  readonly eventsPerSecond: number;
  readonly bareLoopEventsPerSecond: number;
  /** Each round's rate as a share of that of the bare loop just before it, in percent: the median. */
  readonly percentOfBareLoop: number;
  readonly simulatedSecondsPerSecond: number;
  readonly commitsPerSecond: number;
  /** Events per second in the last tenth of the simulated time over those in the first. */
  readonly lastTenthOverFirst: number;
  /** Heap in use after each tenth of the last round, in MiB. Flat but for `full`, which keeps the history and what oracles know of each entry. */
  readonly heapMiB: readonly number[];
  readonly node: string;
}

interface Round {
  readonly events: number;
  readonly commits: number;
  readonly digest: string;
  readonly wallMs: number;
  readonly tenthsMs: readonly number[];
  readonly tenthsEvents: readonly number[];
  readonly heapMiB: readonly number[];
}

const BARE_EVENTS = 4_000_000;
const WARM_UP_SECONDS = 200;
const SECONDS = 600;
/** A neighbour of this machine takes its memory's time for a second or two now and then; most rounds pass without. */
const ROUNDS = 9;

// Taken before any run begins: inside one the names are guarded, the functions are not.
const now = performance.now.bind(performance);
const memoryUsage = process.memoryUsage.bind(process);

/** Measures one profile. Takes some seconds of wall time for each round. */
export function benchSim(options: SimBenchOptions): SimBenchResult {
  const seconds = options.seconds ?? SECONDS;
  const live = options.profile === 'full' ? fullRound : bareRound;
  live(options, Math.min(WARM_UP_SECONDS, seconds));
  const bareEvents = options.bareEvents ?? BARE_EVENTS;
  bareEventLoop(bareEvents / 4, now);

  const rounds: Round[] = [];
  const bare: number[] = [];
  for (let i = 0; i < (options.rounds ?? ROUNDS); i++) {
    bare.push(bareEventLoop(bareEvents, now).eventsPerSecond);
    rounds.push(live(options, seconds));
  }
  return summary(options, seconds, rounds, bare);
}

function summary(options: SimBenchOptions, seconds: number, rounds: readonly Round[], bare: readonly number[]): SimBenchResult {
  const last = rounds[rounds.length - 1] as Round;
  const rates = rounds.map((round) => (round.events * 1_000) / round.wallMs);
  const overTime = rounds.map((round) => tenthRate(round, 9) / tenthRate(round, 0));
  return {
    benchmark: 'RAFTSIM-1',
    profile: options.profile,
    servers: options.servers,
    clients: options.profile === 'idle' ? 0 : CLIENTS,
    seed: options.seed,
    rounds: rounds.length,
    simulatedSeconds: seconds,
    events: last.events,
    commits: last.commits,
    digest: last.digest,
    eventsPerSecond: Math.round(median(rates)),
    bareLoopEventsPerSecond: median(bare),
    percentOfBareLoop: rounded(median(rates.map((rate, i) => (rate * 100) / (bare[i] as number)))),
    simulatedSecondsPerSecond: Math.round(median(rounds.map((round) => (seconds * 1_000) / round.wallMs))),
    commitsPerSecond: Math.round(median(rounds.map((round) => (round.commits * 1_000) / round.wallMs))),
    lastTenthOverFirst: rounded(median(overTime)),
    heapMiB: last.heapMiB,
    node: process.version,
  };
}

function tenthRate(round: Round, tenth: number): number {
  return (round.tenthsEvents[tenth] ?? 0) / (round.tenthsMs[tenth] ?? 1);
}

/** Profiles core, codec and idle: the world alone. */
function bareRound(options: SimBenchOptions, seconds: number): Round {
  const { world, commits } = bareWorld(options.seed, options.servers, {
    codecs: options.profile === 'codec',
    clients: options.profile === 'idle' ? 0 : CLIENTS,
  });
  const tenthsMs: number[] = [];
  const tenthsEvents: number[] = [];
  const heapMiB: number[] = [];
  for (let tenth = 1; tenth <= 10; tenth++) {
    const eventsBefore = world.events;
    const startMs = now();
    const violation = world.runUntil((seconds * 1_000_000 * tenth) / 10);
    tenthsMs.push(now() - startMs);
    tenthsEvents.push(world.events - eventsBefore);
    heapMiB.push(Math.round(memoryUsage().heapUsed / 1_048_576));
    if (violation !== null) throw new Error(`${violation.property}: ${violation.message}`);
  }
  return {
    events: world.events,
    commits: commits(),
    digest: world.digest(),
    wallMs: tenthsMs.reduce((sum, ms) => sum + ms, 0),
    tenthsMs,
    tenthsEvents,
    heapMiB,
  };
}

/** Profile full: what a user gets, from the simulated disk to the judgement of the history. */
function fullRound(options: SimBenchOptions, seconds: number): Round {
  const tenthsMs: number[] = [];
  const tenthsEvents: number[] = [];
  const heapMiB: number[] = [];
  const tenthUs = (seconds * 1_000_000) / 10;
  let eventsBefore = 0;
  const startMs = now();
  let tenthStartMs = startMs;
  const onAdvance = (nowUs: number, events: number): void => {
    if (nowUs < tenthUs * (tenthsMs.length + 1)) return;
    tenthsMs.push(now() - tenthStartMs);
    tenthsEvents.push(events - eventsBefore);
    heapMiB.push(Math.round(memoryUsage().heapUsed / 1_048_576));
    tenthStartMs = now();
    eventsBefore = events;
  };
  const report = runOptions({ name: 'raftsim-1', system: raftSystem }, fullOptions(options.servers, seconds), options.seed, { onAdvance });
  const wallMs = now() - startMs;
  if (report.verdict !== 'pass') throw new Error(`the run ended as ${report.verdict}: ${report.violation?.message ?? ''}`);
  return { events: report.events, commits: report.commits, digest: report.digest, wallMs, tenthsMs, tenthsEvents, heapMiB };
}
