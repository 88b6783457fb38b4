/** The simulator's door: describe a world, live it, explore many. */
export { explore } from './campaign/explore.js';
export {
  EXIT_CODES,
  type CommonPromise,
  type ExploreAsked,
  type ExploreOptions,
  type ExploreProgress,
  type ExploreReport,
  type ExploreVerdict,
  type Failure,
  type NonDeterminism,
} from './campaign/campaign.js';
export type { FirstDifference } from './replay/first-difference.js';
export { neverSeen, type NeverSeen } from './coverage/coverage.js';
export { CLIENT_MOMENTS, type ClientMoment } from './clients/moments.js';
export { WORLD_MOMENTS, type Moment, type WorldMoment } from './coverage/moments.js';
export { BadScenario } from './base/bad-scenario.js';
export { mayDouble } from './network/link-options.js';
export { underWeather, weather } from './options/drawn-faults.js';
export { swarmFaults, swarmOperations, type OperationWeights } from './nemesis/swarm-faults.js';
export { contentText, ReplicaPrefix, type CopyView } from './oracles/replica-prefix.js';
export { SingleHolder } from './oracles/single-holder.js';
export { Draws } from './options/draws.js';
export { FAMILIES, FAULT_NAMES, FAULTS, fault, faultsOf, type FaultName } from './nemesis/faults/families.js';
export { FAULT_GROUPS, type BuiltInFault, type FaultFamily, type FaultGroup, type ProcessFault } from './nemesis/faults/family.js';
export type { Capability } from './nemesis/faults/needs.js';
export type { FaultSchedule, SpanMs, Spans } from './options/fault-schedule.js';
export { LATENCIES, type LatencyName } from './network/latency.js';
export { NO_FAULTS, type LinkFaults, type LinkOptions } from './network/link-options.js';
export type { ClockOptions, ClockSource, MonotonicClocks } from './base/node-clock.js';
export type { EventKind, Observer, SendFate } from './world/observer.js';
export { BY_HEALING, BY_REPAIR, BY_SCRIPT, nodesOf, type Cause, type WorldEvent, type WorldEventKind } from './world/world-event.js';
export { sentenceOf } from './world/event-text.js';
export { ratio, RATIO_ALWAYS, RATIO_NEVER, RandomStreams, type Ratio } from './base/random-streams.js';
export { commandToRepeat, type RunReport } from './run/report.js';
export { optionsOf, runOptions, runScenario, type RunExtras } from './run/run.js';
export { scenario, type AnyScenario, type Finding, type RunOptions, type Scenario, type WorkloadOptions } from './run/scenario.js';
export type { Hosted, HostedClient, HostedServer } from './cluster/hosted.js';
export type { Leadership, LogPlace } from './cluster/leadership.js';
export type { HostedSystem, RunEnd, WatchedRun, Watching, Work } from './run/system.js';
export { raftSystem } from './systems/raft/system.js';
export { keyValueSystem, type KeyValueSpec, type OwnWatchers } from './systems/key-value.js';
export { judgeClients } from './clients/judges.js';
export { violated, type About, type Violation } from './checkers/violation.js';
export { Workload } from './clients/key-value-load.js';
export type { Shard } from './base/seeds.js';
export type { Operation } from './checkers/history.js';
export { check } from './checkers/check/check.js';
export { kv, lock, register, text } from './checkers/check/examples.js';
export type {
  KeyValueInput,
  KeyValueOutput,
  LockInput,
  RegisterInput,
  RegisterOutput,
  TextInput,
  TextOutput,
} from './checkers/check/examples.js';
export type { CheckLimits, Judgement } from './checkers/check/judgement.js';
export { BadHistory, BadModel, type ClientOperation, type Model, type Outcome } from './checkers/check/model.js';
export type { Verdict } from './checkers/verdict.js';
export { defineSimulation, type Campaign, type Simulation } from './systems/machine/simulation.js';
export {
  defineKeyValueSimulation,
  type KeyValueClients,
  type KeyValueOperation,
  type KeyValueSimulation,
} from './systems/machine/key-value-simulation.js';
export { oneTry, retrying, type Again, type Ask, type Clients, type OneTry, type Retrying } from './systems/machine/clients.js';
export type { Draw, Drawn } from './base/draw.js';
export type {
  AnyModel,
  Call,
  Caller,
  CallOutcome,
  Clocks,
  Holds,
  MachineSimulation,
  Properties,
  Property,
  RunEnded,
  SimulatedWorld,
  StepTaken,
  Survivors,
  UpServer,
  Words,
} from './systems/machine/spec.js';
export { run, type Run } from './systems/machine/by-hand.js';
export type { Size } from './systems/machine/run-simulation.js';
export { storyOf, type Story } from './systems/machine/story.js';
export { scripted } from './systems/scripted.js';
export type { ClockTurn, Script, ScriptedMoment, ScriptedWorld } from './nemesis/script.js';
export type { MessageRule } from './nemesis/message-rules.js';
export type { Span } from './nemesis/span.js';
export { faults } from './nemesis/fault-constructors.js';
export { defineFault, type OwnFault, type StruckWorld } from './nemesis/own-fault.js';
export { LAN, lossy, READS_AND_WRITES, usual } from './options/presets.js';
export { usualRaft } from './systems/raft/presets.js';
export { History, type FailedWrite } from './oracles/clients/history.js';
export { Coverage } from './coverage/coverage.js';
export { Cluster } from './cluster/cluster.js';
export { Nemesis } from './nemesis/nemesis.js';
export { World } from './world/world.js';
export { Transcript } from './story/transcript.js';
export type * from './named-types.js';
