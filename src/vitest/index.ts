/** The door of vitest: a machine of one's own in a simulated world, as tests. */
export { simulate, simulateKeyValue, type Simulate, type SimulateKeyValue, type SimulateOptions } from './simulate.js';
import './matchers.js';

export type { RunMatchers } from './matchers.js';
export { run, type Run } from '../sim/systems/machine/by-hand.js';
export type { Size } from '../sim/systems/machine/run-simulation.js';
export { ViolationError } from './failure.js';
export type { Violation } from '../sim/checkers/violation.js';
export { defineSimulation, type Campaign, type Simulation } from '../sim/systems/machine/simulation.js';
export {
  defineKeyValueSimulation,
  type KeyValueClients,
  type KeyValueOperation,
  type KeyValueSimulation,
} from '../sim/systems/machine/key-value-simulation.js';
export { oneTry, retrying, type Again, type Ask, type Clients, type OneTry, type Retrying } from '../sim/systems/machine/clients.js';
export type { Draw, Drawn } from '../sim/base/draw.js';
export type {
  Call,
  Caller,
  CallOutcome,
  Clocks,
  Holds,
  AnyModel,
  MachineSimulation,
  Properties,
  Property,
  RunEnded,
  SimulatedWorld,
  StepTaken,
  Survivors,
  UpServer,
  Words,
} from '../sim/systems/machine/spec.js';
export { faults } from '../sim/nemesis/fault-constructors.js';
export { defineFault, type OwnFault, type StruckWorld } from '../sim/nemesis/own-fault.js';
export type { FaultName } from '../sim/nemesis/faults/families.js';
export type { Capability } from '../sim/nemesis/faults/needs.js';
export type { FaultSchedule, SpanMs, Spans } from '../sim/options/fault-schedule.js';
export type { ClockTurn, Script, ScriptedMoment, ScriptedWorld } from '../sim/nemesis/script.js';
export type { MessageRule } from '../sim/nemesis/message-rules.js';
export type { Span } from '../sim/nemesis/span.js';
export { LAN, lossy } from '../sim/options/presets.js';
export { check } from '../sim/checkers/check/check.js';
export { kv, lock, register, text } from '../sim/checkers/check/examples.js';
export type { CheckLimits, Judgement } from '../sim/checkers/check/judgement.js';
export { BadHistory, BadModel, type ClientOperation, type Model, type Outcome } from '../sim/checkers/check/model.js';
export { BadScenario } from '../sim/base/bad-scenario.js';
