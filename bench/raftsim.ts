/**
 * RAFTSIM-1: the work that `seedstorm bench sim` measures, the same as was run with etcd's Raft in Go, so that the
 * figures can be compared (docs/ARCHITECTURE.md, "Speed"). Described whole here, built for two purposes:
 * as a bare world (profiles core, codec, idle) and as a run with everything a user gets (profile full).
 */
import type { ByteString } from '../src/core/base/bytestring.js';
import { connectionId, fromMs, MICROS_PER_MS, nodeId, type NodeId } from '../src/core/base/units.js';
import { clientMachine } from '../src/core/client/client.js';
import type { ClientCall, ClientOutcome } from '../src/core/client/calls.js';
import { raftCodecs } from '../src/core/systems/raft/codecs.js';
import { nodeFingerprint } from '../src/core/systems/raft/fingerprint.js';
import { raftNode } from '../src/core/systems/raft/node.js';
import { DEFAULT_NODE_OPTIONS, type NodeOptions } from '../src/core/systems/raft/options.js';
import type { NodeState } from '../src/core/systems/raft/state.js';
import { TRUE_CLOCK } from '../src/sim/base/node-clock.js';
import type { LinkOptions } from '../src/sim/network/network.js';
import { between, bits32, ratio, RATIO_NEVER, type Stream } from '../src/sim/base/random-streams.js';
import { World } from '../src/sim/world/world.js';

export const CLIENTS = 5;
export const KEYS = 16;

/** Every message: 5 % lost, else 1 to 10 ms, overtaking at will. */
export const LINK: LinkOptions = {
  delayUsMin: 1_000,
  delayUsMax: 10_000,
  lossRatio: ratio(5, 100),
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 100_000,
};

/** Ticks of 100 ms: timeouts from [1 s, 2 s), heartbeats each tick, 256 messages in flight, a snapshot every 10 000 entries. */
export const NODE: NodeOptions = {
  ...DEFAULT_NODE_OPTIONS,
  raft: {
    ...DEFAULT_NODE_OPTIONS.raft,
    electionTimeoutMin: fromMs(1_000),
    electionTimeoutMax: fromMs(2_000),
    heartbeatInterval: fromMs(100),
    inflightMessagesMax: 256,
    messageBytesMax: 1_048_576,
  },
  snapshotEveryEntries: 10_000,
  entriesKept: 1_000,
};

/** A client asks another server after 50 ms, and the next operation follows after 1 to 10 ms. */
export const ATTEMPT_TIMEOUT_MS = 50;
export const THINK_MS_MIN = 1;
export const THINK_MS_MAX = 10;

export interface RaftSim {
  readonly world: World;
  /** Distinct committed indexes so far: the highest of all servers. */
  commits(): number;
}

/** The bare world: nothing on disk, nobody watching. */
export function bareWorld(seed: number, servers: number, how: { readonly codecs: boolean; readonly clients: number }): RaftSim {
  const world = new World({
    seed,
    options: { serverLinks: LINK, clientLinks: LINK, codecs: how.codecs, freezes: false, inboxMax: 10_000 },
  });
  const members: NodeId[] = [];
  for (let id = 1; id <= servers; id++) members.push(nodeId(id));
  const machine = raftNode({ ...NODE, storage: null });
  for (const id of members) {
    world.addProcess({
      id,
      name: `s${id}`,
      kind: 'server',
      machine,
      members,
      disk: null,
      clock: TRUE_CLOCK,
      codecs: raftCodecs,
      fingerprint: nodeFingerprint,
    });
  }
  for (let i = 0; i < how.clients; i++) addClient(world, nodeId(servers + 1 + i), members);
  return { world, commits: () => Math.max(...members.map((id) => (world.process(id).state as NodeState).raft?.commitIndex ?? 0)) };
}

function addClient(world: World, id: NodeId, members: readonly NodeId[]): void {
  const name = `c${id - members.length}`;
  const stream = world.streams.stream('workload', name);
  let calls = 0;
  const ask = (): void => {
    world.request(id, nextCall(stream, ++calls), connectionId(0));
  };
  world.addProcess({
    id,
    name,
    kind: 'client',
    members,
    disk: null,
    clock: TRUE_CLOCK,
    codecs: raftCodecs,
    machine: clientMachine({ servers: members, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS, timeLimitMs: 3_600_000, pauseMs: 1 }),
    onRespond: (_connection, outcome: ClientOutcome, atUs) => {
      if (outcome.kind !== 'done') throw new Error(`a benchmark's operation ended as ${outcome.kind}: ${outcome.reason}`);
      world.schedule(atUs + between(stream, THINK_MS_MIN * MICROS_PER_MS, THINK_MS_MAX * MICROS_PER_MS), ask);
    },
  });
  world.schedule(0, ask);
}

function nextCall(stream: Stream, id: number): ClientCall {
  const key = between(stream, 0, KEYS - 1);
  const bits = bits32(stream);
  const value = String.fromCharCode(bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  return { id, op: 'set', key: `k${key}` as ByteString, value: value as ByteString };
}
