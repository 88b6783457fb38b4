import type { Entry } from '../../../core/raft/log.js';
import type { NodeMessage } from '../../../core/wire/protocol.js';
import { inShort } from '../../story/in-short.js';

/** What servers say to each other, in as few words as a line of a trace has room for. */
export function raftWords(said: NodeMessage): string {
  switch (said.kind) {
    case 'requestVote':
      return `${said.isPreVote ? 'preVote' : 'requestVote'} t${said.term} last ${said.lastLogIndex}/t${said.lastLogTerm}`;
    case 'requestVoteReply':
      return `${said.isPreVote ? 'preVote' : 'vote'} t${said.term} ${said.voteGranted ? 'granted' : 'refused'}`;
    case 'appendEntries':
      return `${entriesText(said.entries)} t${said.term} prev ${said.prevLogIndex}/t${said.prevLogTerm} commit ${said.leaderCommit}`;
    case 'appendEntriesReply':
      return `${said.success ? 'match' : 'conflict, try'} ${said.matchIndex} t${said.term}`;
    case 'installSnapshot':
      return `snapshot ${said.lastIndex}/t${said.lastTerm} from ${said.offset} +${said.data.length} B${said.done ? ' end' : ''}`;
    case 'installSnapshotReply':
      return `snapshot ${said.lastIndex} ${said.isInstalled ? 'installed' : `has ${said.receivedBytes} B`} t${said.term}`;
    default:
      return inShort(said);
  }
}

function entriesText(entries: readonly Entry[]): string {
  const first = entries[0];
  const last = entries[entries.length - 1];
  if (first === undefined || last === undefined) return 'heartbeat';
  return first === last ? `append ${first.index}` : `append ${first.index}..${last.index}`;
}
