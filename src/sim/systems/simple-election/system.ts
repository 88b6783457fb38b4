import type { ClientMoment } from '../../clients/moments.js';
import { WRITE_QUORUM_MISSED } from '../quorum/moments.js';
import { STORAGE_MOMENTS, type StorageMoment } from '../storage/moments.js';
import { ELECTION_MOMENTS, type ElectionMoment } from './moments.js';
import { assert } from '../../../core/base/assert.js';
import { electionFingerprint, electionMessageFingerprint } from '../../../core/systems/simple-election/fingerprint.js';
import { electionCodecs, type ElectionMessage } from '../../../core/systems/simple-election/messages.js';
import { electionNode } from '../../../core/systems/simple-election/node.js';
import { checkElectionOptions, type ElectionOptions } from '../../../core/systems/simple-election/options.js';
import type { ElectionState } from '../../../core/systems/simple-election/state.js';
import type { NodeId } from '../../../core/base/units.js';
import type { Observer } from '../../world/observer.js';
import { checkAcknowledgedByClients } from '../../oracles/clients/acknowledged-by-clients.js';
import { AcknowledgedWrites } from './acknowledged-writes.js';
import { VotesGiven } from './votes-given.js';
import { WaitingRequests } from '../../oracles/waiting-requests.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem } from '../../run/system.js';
import { keyValueSystem } from '../key-value.js';
import { storageRecovery } from '../storage/recovery.js';

export type ElectionRunOptions = RunOptions<ElectionOptions>;

/** What of the system is watched: it breaks several promises, and a lesson is about one. */
export type ElectionLesson = 'acknowledged-writes' | 'votes';

const NAME = 'simple-election';

export type SimpleElectionMoments = StorageMoment | ElectionMoment | (typeof WRITE_QUORUM_MISSED)['name'];

/** What clients see is judged for acknowledged writes that are gone alone: nothing else of it is promised once a leader has changed. */
const NOT_PROMISED = ['No Dirty Read', 'Exclusion', 'Version Monotonicity', 'Linearizability'];

/** The simple-election system under test, with one lesson to be learned from it. */
export function simpleElectionSystem(lesson: ElectionLesson): HostedSystem<ElectionOptions, ClientMoment | SimpleElectionMoments> {
  return keyValueSystem<ElectionState, ElectionMessage, ElectionOptions, SimpleElectionMoments>({
    name: NAME,
    moments: [...STORAGE_MOMENTS, ...ELECTION_MOMENTS, WRITE_QUORUM_MISSED],
    checkOptions: ({ node, workload }) => {
      checkElectionOptions(node);
      assert(workload.deleteWeight === 0, 'a lost write is known by its version, and deletes begin versions anew');
      assert(workload.sessionlessRatio.numerator === workload.sessionlessRatio.denominator, 'this system keeps no sessions');
    },
    machine: ({ node }) => electionNode(node),
    codecs: electionCodecs,
    fingerprint: electionFingerprint,
    messageFingerprint: electionMessageFingerprint,
    isServing: ({ phase }) => phase === 'serving',
    leadership: { leads: ({ role, currentTerm }) => (role === 'leader' ? currentTerm : null) },
    recovery: ({ node }, id) =>
      node.journal.storage === null
        ? null
        : storageRecovery(node.clusterId, id, (state) => (state as ElectionState).journal.storage?.options.snapshotsKept ?? Infinity),
    // What a server missed stays missing: there is no one state to come to.
    hasConverged: () => true,
    describe: ({ role, currentTerm, journal }) => `${role} of term ${currentTerm}, ${journal.lastIndex} writes in its log`,
    tell,
    watch: ({ options: { node, servers } }) => {
      const writes = new WritesLogged();
      const bound = new WaitingRequests(servers, node.openMax, (state) => (state as ElectionState).writes.size);
      return {
        observers: [writes, bound, lesson === 'votes' ? new VotesGiven() : new AcknowledgedWrites()],
        commits: () => writes.count,
      };
    },
    notPromised: NOT_PROMISED,
    staleReads: 'written',
    // In the simulator the watchers above find a loss at the election, and can tell how it came.
    judgeUnseen: ({ operations, atUs }) => {
      if (lesson === 'acknowledged-writes') checkAcknowledgedByClients(operations, atUs);
    },
  });
}

/** The longest log of any server. */
class WritesLogged implements Observer {
  count = 0;

  onStep(_atUs: number, _node: NodeId, _input: unknown, _before: unknown, after: unknown): void {
    const { journal, votedFor } = after as Partial<ElectionState>;
    if (journal !== undefined && votedFor !== undefined) this.count = Math.max(this.count, journal.lastIndex);
  }
}

/** Heartbeats and acknowledgements only keep the system going, and of votes those count that are given. */
function tell(message: ElectionMessage): string | null {
  switch (message.kind) {
    case 'voteRequest':
      return `vote for me in term ${message.term}`;
    case 'voteResponse':
      return message.granted ? `my vote of term ${message.term} is yours` : null;
    case 'replicate':
      return `take write ${message.writeId}: ${message.key} = ${message.cell.value ?? 'nothing'}, version ${message.cell.version}`;
    default:
      return null;
  }
}
