import { assert, fail, nodeId, type NodeId, storeDigest } from 'seedstorm/core';
import { type ClockSource, faultsOf, type HostedSystem, keyValueSystem, SingleHolder, type WatchedRun } from 'seedstorm/sim';
import { raftCodecs } from 'seedstorm/systems';
import { holdsLease, leaseHolder, type LeaseMessage, type LeaseOptions, type LeaseState } from './lease-holder.js';

/** The numbers of a run of the lease system. */
export interface LeaseNodeOptions extends LeaseOptions {
  /** Which of its two clocks each server is told. */
  readonly clockSource: ClockSource;
}

/** What this system can live through: it keeps everything in memory, so no life may end. */
const BEARABLE: readonly string[] = [
  ...faultsOf('clock'),
  'pause',
  'pauseLeader',
  'partition',
  'oneWayCut',
  'isolateLeader',
  'isolateServer',
];

/** The machine of lease-holder.ts in the simulator. Without `watchesHolders` only what clients see is judged. */
export function leaseSystem({ watchesHolders }: { readonly watchesHolders: boolean }): HostedSystem {
  return keyValueSystem<LeaseState, LeaseMessage, LeaseNodeOptions>({
    name: 'lease',
    checkOptions: ({ servers, isCodecUsed, faults }) => {
      assert(servers >= 2, 'a lease is given by others: the lease system has two servers or more');
      assert(!isCodecUsed, 'the lease system has no wire format: isCodecUsed is false');
      for (const { fault } of faults)
        assert(BEARABLE.includes(fault), `the lease system keeps everything in memory, and may not be struck by ${fault}`);
    },
    machine: ({ node }) => leaseHolder(node),
    clockSource: ({ node }) => node.clockSource,
    codecs: {
      ...raftCodecs,
      message: { encode: () => new Uint8Array(0), decode: () => fail('the lease system has no wire format') },
    },
    fingerprint: ({ promised, log, committed }) => (promised << 16) ^ (log.length << 8) ^ committed,
    messageFingerprint: (sent) => ('ballot' in sent ? (sent.ballot << 8) ^ sent.kind.length : sent.kind.length),
    isServing: () => true,
    leadership: { leads: ({ role, promised }) => (role === 'holder' ? promised : null) },
    hasConverged: (states) =>
      states.every(({ committed, log }) => committed === log.length) && new Set(states.map(({ store }) => storeDigest(store))).size === 1,
    describe: ({ role, promised, log, committed }) => `${role} of ballot ${promised}, log to ${log.length}, committed ${committed}`,
    tell,
    news,
    watch: (run) => ({ observers: watchesHolders ? [singleHolder(run)] : [] }),
  });
}

/** Leases are renewed all the time; who asks for one, and who lets him, is worth a sentence. */
function tell(message: LeaseMessage): string | null {
  if (message.kind === 'ask') return `may I have the lease? (ballot ${message.ballot})`;
  return message.kind === 'promise' ? `you may (ballot ${message.ballot})` : null;
}

function news(before: LeaseState, after: LeaseState): string | null {
  if (after.leaseUntil > 0 && before.leaseUntil === 0) return `holds the lease (ballot ${after.promised})`;
  return after.leaseUntil === 0 && before.leaseUntil > 0 ? 'gives the lease up' : null;
}

function singleHolder({ options, cluster }: WatchedRun<LeaseNodeOptions>): SingleHolder {
  const servers = Array.from({ length: options.servers }, (_, i) => nodeId(1 + i));
  const holds = (server: NodeId): boolean => {
    const { world } = cluster();
    const process = world.process(server);
    return process.isUp && holdsLease(process.state as LeaseState, process.clock.at(world.nowUs));
  };
  return new SingleHolder(servers, holds);
}
