/** The simulator's door: describe a world, live it, explore many. */
export { explore } from './explore.js';
export {
  EXIT_CODES,
  type CommonPromise,
  type ExploreOptions,
  type ExploreProgress,
  type ExploreReport,
  type ExploreVerdict,
  type Failure,
  type NonDeterminism,
} from './campaign.js';
export type { FirstDifference } from './first-difference.js';
export type { NeverSeen } from './coverage.js';
export { MOMENTS, MOMENTS_WITHIN_RUNS, RARE_MOMENTS, type Moment } from './moments.js';
export { BadScenario } from './bad-scenario.js';
export { Draws } from './draws.js';
export { HARM_SENTENCES, HARMS, harm, type HarmName, type HarmOptions } from './harms.js';
export { LATENCIES, type LatencyName } from './network-latency.js';
export { NO_FAULTS, type LinkFaults, type LinkOptions } from './network-options.js';
export type { ClockOptions, ClockSource, MonotonicClocks } from './clock.js';
export type { Observer, SendFate } from './observer.js';
export { ratio, RATIO_ALWAYS, RATIO_NEVER, RandomStreams, type Ratio } from './random.js';
export { commandToRepeat, type RunReport, type Violation } from './report.js';
export { optionsOf, runOptions, runScenario, systemOf, type RunExtras } from './run.js';
export type { Finding, RunOptions, Scenario, WorkloadOptions } from './scenario.js';
export type { Hosted, HostedClient, HostedServer } from './hosted.js';
export type { HostedSystem, RunEnd, WatchedRun, Watching, Work } from './system.js';
export { raftSystem } from './system-raft.js';
export { keyValueSystem, type KeyValueSpec } from './system-kv.js';
export { judgeClients } from './judges.js';
export { violated } from './oracles/oracle.js';
export { Workload } from './workload.js';
export { parseSeed, parseSeedRange, parseShard, type SeedRange, type Shard } from './seeds.js';
export { loadNamed, loadScenarios, pick } from './load.js';
export type { Operation } from './checkers/history.js';
export { LAN, lossy, READS_AND_WRITES, usual } from './usual.js';
